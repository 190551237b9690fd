import { z } from 'zod'

/**
 * The environment, read once in each process's `config.ts` and nowhere below it. A variable is declared with its
 * default, unit and one sentence; `docs/configuration.md` is generated from these declarations.
 */
export type Variable<Value> = {
  readonly schema: z.ZodType<Value, string | undefined>
  readonly doc: string
  readonly unit: string | undefined
  /** As a person would write it in a shell; undefined: no default. */
  readonly defaultText: string | undefined
  readonly isSecret: boolean
}

export type Variables = Readonly<Record<string, Variable<unknown>>>

export type Values<Declared extends Variables> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Variable<infer Value> ? Value : never
}

type Common = { readonly doc: string; readonly secret?: boolean }

/** An unset and an empty variable are the same: compose files and shells cannot always leave one out. */
function declare<Value>(
  common: Common & { unit?: string | undefined; defaultText?: string | undefined },
  fallback: Value | undefined,
  parse: (text: string) => Value | Fault,
): Variable<Value> {
  const schema = z
    .string()
    .optional()
    .transform((text, context): Value => {
      if (text === undefined || text === '') return fallback as Value
      const value = parse(text)
      if (!(value instanceof Fault)) return value
      context.addIssue({ code: 'custom', message: value.message })
      return z.NEVER
    })
  return {
    schema,
    doc: common.doc,
    unit: common.unit,
    defaultText: common.defaultText,
    isSecret: common.secret ?? false,
  }
}

class Fault {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export const env = {
  text<const Default extends string | undefined = undefined>(
    o: Common & { default?: Default },
  ): Variable<string | Exclude<Default, string>> {
    const fallback = o.default as Exclude<Default, string> | string
    return declare<string | Exclude<Default, string>>({ ...o, defaultText: o.default }, fallback, (text) => text)
  },

  integer(o: Common & { default: number; min?: number; max?: number; unit?: string }): Variable<number> {
    const min = o.min ?? 0
    const max = o.max ?? Number.MAX_SAFE_INTEGER
    return declare({ ...o, defaultText: String(o.default) }, o.default, (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
      if (value >= min && value <= max) return value
      return new Fault(`must be a whole number${o.unit ? ` of ${o.unit}` : ''} from ${min} to ${max}`)
    })
  },

  number(o: Common & { default: number; min: number; max: number; unit?: string }): Variable<number> {
    return declare({ ...o, defaultText: String(o.default) }, o.default, (text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
      return value >= o.min && value <= o.max ? value : new Fault(`must be a number from ${o.min} to ${o.max}`)
    })
  },

  port(o: Common & { default: number }): Variable<number> {
    return env.integer({ ...o, min: 0, max: 65_535 })
  },

  /** Milliseconds inside, `250ms`, `30s`, `15m`, `24h` or `90d` outside; a bare `0` too. */
  duration(o: Common & { default: string; min?: string; max?: string }): Variable<number> {
    const min = durationMs(o.min ?? '0') ?? 0
    const max = o.max === undefined ? Number.MAX_SAFE_INTEGER : (durationMs(o.max) ?? 0)
    return declare({ ...o, defaultText: o.default }, durationMs(o.default) ?? 0, (text) => {
      const value = durationMs(text)
      if (value === undefined) return new Fault('must be a duration such as 250ms, 30s, 15m, 24h or 90d')
      if (value < min || value > max) return new Fault(`must be from ${o.min ?? '0'} to ${o.max ?? 'any length'}`)
      return value
    })
  },

  flag(o: Common & { default: boolean }): Variable<boolean> {
    return declare({ ...o, defaultText: String(o.default) }, o.default, (text) =>
      text === 'true' || text === '1'
        ? true
        : text === 'false' || text === '0'
          ? false
          : new Fault('must be true or false'),
    )
  },

  /** `default: undefined` where there is none. */
  choice<const Choice extends string, const Default extends Choice | undefined>(
    o: Common & { choices: readonly Choice[]; default: Default },
  ): Variable<Choice | Default> {
    return declare<Choice | Default>({ ...o, defaultText: o.default }, o.default, (text) => {
      const choice = o.choices.find((each) => each === text)
      return (
        choice ??
        new Fault(`must be ${[o.choices.slice(0, -1).join(', '), o.choices.at(-1)].filter(Boolean).join(' or ')}`)
      )
    })
  },

  list(o: Common & { default?: readonly string[] }): Variable<readonly string[]> {
    return declare({ ...o, defaultText: o.default?.join(',') }, o.default ?? [], (text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
  },

  /** An absolute URL of one of the given protocols; a trailing slash is dropped. Its text never appears in a problem. */
  url(o: Common & { protocols: readonly string[] }): Variable<string | undefined> {
    return declare<string | undefined>({ ...o }, undefined, (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (url && o.protocols.includes(url.protocol)) return text.replace(/\/+$/, '')
      return new Fault(`must be a URL that begins with ${o.protocols.map((p) => `${p}//`).join(' or ')}`)
    })
  },
}

/** `250ms`, `30s`, `15m`, `24h`, `90d`, `0` → milliseconds; undefined when it is none of these. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(text)
  if (match === null) return undefined
  const [, digits, unit] = match
  if (unit === undefined) return Number(digits) === 0 ? 0 : undefined
  return Number(digits) * unitMs[unit as keyof typeof unitMs]
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Every problem at once, each naming its variable and never its value (it may be a secret). */
export function readEnvironment<Declared extends Variables>(
  variables: Declared,
  environment: Readonly<Record<string, string | undefined>>,
): { ok: true; values: Values<Declared> } | { ok: false; problems: readonly string[] } {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables)) {
    const result = variable.schema.safeParse(environment[name])
    if (result.success) values[name] = result.data
    else problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}`)
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, values: Object.freeze(values) as Values<Declared> }
}

/** As `readEnvironment`; with problems it prints a line for each and ends the process with 1. */
export function loadEnvironment<Declared extends Variables>(
  processName: string,
  variables: Declared,
  environment: Readonly<Record<string, string | undefined>>,
): Values<Declared> {
  const result = readEnvironment(variables, environment)
  if (result.ok) return result.values
  refuseToStart(processName, result.problems)
}

/** One clear line per problem on stderr, then exit 1: nothing half-started is left running. */
export function refuseToStart(processName: string, problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`${processName}: ${problem}\n`)
  process.exit(1)
}
