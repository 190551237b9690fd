import { parseArgs } from 'node:util'
import type { Option } from './option.ts'
import { UsageError } from './usage.ts'

/** What a command says when it is done: one JSON document, or the same for people. */
export type Answer = {
  readonly json: () => string | Buffer
  readonly human: () => string
  /** False when the command ran and what it found is bad: exit 1. */
  readonly isGood?: boolean
}

export type Context = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Only for commands that run on; everything else is an `Answer`. Resolves once the reader has taken it. */
  readonly write: (chunk: string | Buffer) => Promise<void>
  /** All of standard input. */
  readonly readInput: () => Promise<Buffer>
  /** Lines beside the answer: progress and warnings. */
  readonly note: (line: string) => void
  /** Aborts on SIGINT, SIGTERM and when nobody reads the output any more. */
  readonly signal: AbortSignal
}

export type Command = {
  readonly noun: string
  /** Of one or more words. */
  readonly verb: string | undefined
  readonly summary: string
  readonly usage: string
  readonly help: string
  readonly run: (args: readonly string[], context: Context) => Promise<Answer | undefined>
}

type Options = Readonly<Record<string, Option<unknown>>>

type Call<Operand extends string, O extends Options> = Context & {
  readonly operands: Readonly<Record<Operand, string>>
  readonly options: { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never }
}

type Definition<Operand extends string, O extends Options> = {
  /** `noun verb`, with a verb of one or more words, or a noun alone. */
  readonly name: string
  readonly summary: string
  /** Operands in order: their name and what stands for them in the help. */
  readonly operands?: Readonly<Record<Operand, string>>
  readonly options?: O
  readonly notes?: string
  readonly run: (call: Call<Operand, O>) => Promise<Answer | undefined>
}

export const globalOptions = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const

export function command<Operand extends string = never, O extends Options = Record<never, Option<unknown>>>(
  definition: Definition<Operand, O>,
): Command {
  const operands = Object.entries<string>(definition.operands ?? {})
  const options: Options = definition.options ?? {}
  const [noun = '', ...words] = definition.name.split(' ')
  const verb = words.length === 0 ? undefined : words.join(' ')
  const usage = usageLine(definition.name, operands, options)
  return {
    noun,
    verb,
    summary: definition.summary,
    usage,
    help: helpText(usage, definition.summary, options, definition.notes),
    run: (args, context) => {
      const { values, positionals } = split(args, options)
      const call = { ...context, operands: readOperands(positionals, operands), options: readOptions(values, options) }
      return definition.run(call as Call<Operand, O>)
    },
  }
}

function split(args: readonly string[], options: Options) {
  const declared = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      { type: option.placeholder === undefined ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options: { ...declared, ...globalOptions }, allowPositionals: true })
  } catch (error) {
    // Node's messages name the option; their second sentence explains `--` and is of no use here.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      throw new UsageError(lowerFirst(error.message.split('. ')[0] ?? error.message))
    }
    throw error
  }
}

function readOperands(positionals: readonly string[], operands: readonly (readonly [string, string])[]) {
  const missing = operands[positionals.length]
  if (missing) throw new UsageError(`${missing[1]} is missing`)
  if (positionals.length > operands.length) throw new UsageError(`'${positionals[operands.length]}' is one too many`)
  return Object.fromEntries(
    operands.map(([name, placeholder], index) => [name, present(positionals[index], placeholder)]),
  )
}

function present(value: string | undefined, placeholder: string): string {
  if (value === undefined || value === '') throw new UsageError(`${placeholder} is empty`)
  return value
}

function readOptions(values: Readonly<Record<string, unknown>>, options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const given = values[name]
      const texts = Array.isArray(given) ? given.map((value) => (typeof value === 'string' ? value : '')) : []
      if (option.isRequired && texts.length === 0) throw new UsageError(`--${name} is missing`)
      if (!option.isRepeatable && texts.length > 1) throw new UsageError(`--${name} is given twice`)
      return [name, readOption(name, option, texts)]
    }),
  )
}

function readOption(name: string, option: Option<unknown>, texts: readonly string[]) {
  try {
    return option.read(texts)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--${name}: ${error.message}`)
    throw error
  }
}

function usageLine(name: string, operands: readonly (readonly [string, string])[], options: Options): string {
  const named = Object.entries(options).map(([option, { placeholder, isRequired, isRepeatable }]) => {
    const shape = placeholder === undefined ? `--${option}` : `--${option} ${placeholder}`
    return `${isRequired ? shape : `[${shape}]`}${isRepeatable ? '…' : ''}`
  })
  return ['eventmesh', name, ...operands.map(([, placeholder]) => placeholder), ...named, '[--json]'].join(' ')
}

function helpText(usage: string, summary: string, options: Options, notes: string | undefined): string {
  const rows = Object.entries(options).map(([name, { placeholder, doc }]) => [
    `--${name} ${placeholder ?? ''}`.trimEnd(),
    doc,
  ])
  rows.push(['--json', 'one JSON document on standard output'], ['--help', 'this text'])
  const width = Math.max(...rows.map(([left = '']) => left.length))
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`)
  return [summary, '', `usage: ${usage}`, '', ...lines, ...(notes === undefined ? [] : ['', notes]), ''].join('\n')
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
