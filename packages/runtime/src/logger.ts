import { createLineWriter, type LineWriter } from './line-writer.ts'

/**
 * Structured logs by allow-list: a field that is not listed here never reaches a log, whatever object it came in.
 * Values are identifiers, counts, codes and short texts of ours; bodies, keys, signatures, headers and addresses of
 * databases have no field. OWASP ASVS 5.0 16.2.5, 16.4.1.
 */
export const logFields = [
  'action',
  'attempt',
  'bytes',
  'code',
  'count',
  'detail',
  'duration_ms',
  'epoch',
  'error',
  'error_code',
  'event_id',
  'event_type',
  'first_event_id',
  'group',
  'http_method',
  'http_status',
  'ip',
  'item',
  'items',
  'key_id',
  'lag',
  'mode',
  'offset',
  'outcome',
  'partition',
  'port',
  'provider',
  'reason',
  'request_id',
  'retry_after_s',
  'role',
  'route',
  'signal',
  'source',
  'step_ms',
  'tenant_id',
  'topic',
  'trace_id',
  'version',
] as const

export type LogField = (typeof logFields)[number]
export type LogFields = { readonly [Name in LogField]?: unknown }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type Logger = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** Every line of the child carries these fields too. */
  child(fields: LogFields): Logger
}

export type LoggerOptions = {
  readonly process: string
  readonly level: LogLevel
  /** Unset: pretty on a terminal, else json. */
  readonly format?: 'json' | 'pretty' | undefined
  readonly write?: (line: string) => void
}

export function createLogger(options: LoggerOptions): Logger {
  const output = options.write ?? standardOutput().write
  const pretty = (options.format ?? (process.stdout.isTTY ? 'pretty' : 'json')) === 'pretty'
  const write = pretty ? (line: string) => output(prettyLine(line)) : output
  return logTo({ write, severity: severities[options.level] }, `,"process":${quoted(options.process)}`)
}

const severities: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
}

/** How much of the log may wait for a slow reader: some 20,000 lines. */
const bufferCharsMax = 8 * 1024 * 1024
let output: LineWriter | undefined

/** All loggers of a process write their lines one after the other. */
function standardOutput(): LineWriter {
  output ??= createLineWriter({
    fd: 1,
    bufferCharsMax,
    droppedLine: (count) =>
      `{"level":"warn"${timeField()},"count":${count},"message":"log lines were dropped, because nobody read them"}\n`,
  })
  return output
}

/** Before a process ends: resolves when the lines are written, or after a second. */
export async function flushLogs(): Promise<void> {
  await output?.flush(1_000)
}

let timeMs = 0
let timeText = ''

/** Under load many lines share a millisecond. */
function timeField(): string {
  const now = Date.now()
  if (now !== timeMs) {
    timeMs = now
    timeText = `,"time":"${new Date(now).toISOString()}"`
  }
  return timeText
}

type Sink = { readonly write: (line: string) => void; readonly severity: number }

/** `context`: members that every line carries. */
function logTo(sink: Sink, context: string): Logger {
  const at = (level: LogLevel) => {
    if (severities[level] < sink.severity) return () => undefined
    const start = `{"level":"${level}"`
    return (fields: LogFields, message: string): void =>
      sink.write(`${start}${timeField()}${context}${listed(fields)},"message":${quoted(message)}}\n`)
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logTo(sink, context + listed(fields)),
  }
}

/** By field, how its member begins; what is not here does not reach a log. */
const beginnings: ReadonlyMap<string, string> = new Map(logFields.map((name) => [name, `,"${name}":`]))

/**
 * The listed fields as JSON members, each behind a comma. A library that takes them as an object of their own needs half as
 * long again.
 */
function listed(fields: LogFields): string {
  let text = ''
  for (const name in fields) {
    const value = fields[name as LogField]
    if (value === undefined) continue
    const beginning = beginnings.get(name)
    if (beginning !== undefined) text += beginning + json(name, value)
  }
  return text
}

const textLengthMax = 500

/** An error gives its class, code and message: never its other properties, where drivers keep parameters (S56). */
function json(name: string, value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Error) return quoted(errorText(value))
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return JSON.stringify(value)
  if (typeof value === 'bigint') return `"${value}"`
  if (name === 'step_ms' && typeof value === 'object') return JSON.stringify(value)
  return `"${typeof value}"`
}

/** Nothing in it that JSON or a terminal would take for something else: nearly every text of ours. */
const plainText = /^[ !#-[\]-~]*$/

function quoted(text: string): string {
  return text.length <= textLengthMax && plainText.test(text) ? `"${text}"` : JSON.stringify(clean(text))
}

/** Name, driver code and message of an error and of its causes, cut and without control characters. */
export function errorText(error: unknown): string {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 4; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? ` ${at.code}` : ''
    parts.push(`${at.name}${code}: ${at.message}`)
  }
  return clean(withoutCredentials(parts.join(' ← ') || 'unknown error'))
}

/** A connection string inside a driver's message keeps its host and loses its user and password. */
function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1…@').replace(/em_(live|test)_[0-9A-Za-z]+/g, 'em_$1_…')
}

// JSON already escapes CR, LF and ESC; the pretty format and a reader's terminal need them gone. S55.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const controls = new RegExp(control, 'g')

function clean(text: string): string {
  const cut = text.length > textLengthMax ? `${text.slice(0, textLengthMax)}…` : text
  if (!control.test(cut)) return cut
  return cut.replace(controls, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function prettyLine(line: string): string {
  const { level, time, process: from, message, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${from}  ${message}${rest.join('')}\n`
}
