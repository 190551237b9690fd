import { parseArgs } from 'node:util'

export const processNames = ['ingest', 'engine', 'console'] as const
export type ProcessName = (typeof processNames)[number]

export type StartOptions = {
  readonly only: readonly ProcessName[]
  /** First of the ports that no variable sets. */
  readonly portBase: number
  /** With a small traffic of its own. */
  readonly isDemo: boolean
}

export const usage = `usage: npm start -- [--only ingest,engine,console] [--port-base <n>] [--no-console] [--demo]

  --only <names>     start these processes alone: ${processNames.join(', ')}
  --port-base <n>    ingest on n, console on n+1, ingest admin on n+10, engine admin on n+12 (default 4000); a port variable that is set wins
  --no-console       without the console
  --demo             sends itself about three events a second, with retries and mistakes, until it is stopped
  --help             this text
`

const portBaseMax = 65_535 - 12

/** What was asked for, the help, or what is wrong with it. */
export function readOptions(
  args: readonly string[],
): StartOptions | { readonly help: true } | { readonly mistake: string } {
  const parsed = parse(args)
  if ('mistake' in parsed) return parsed
  if (parsed.help) return { help: true }

  const only = parsed.only === undefined ? processNames : parsed.only.split(',').map((name) => name.trim())
  const unknown = only.find((name) => !processNames.some((known) => known === name))
  if (unknown !== undefined) return { mistake: `--only: '${unknown}' is not one of ${processNames.join(', ')}` }

  const portBase = Number(parsed['port-base'] ?? 4000)
  if (!/^\d{1,5}$/.test(parsed['port-base'] ?? '4000') || portBase < 1 || portBase > portBaseMax) {
    return { mistake: `--port-base: must be a port from 1 to ${portBaseMax}` }
  }
  const left = parsed['no-console'] ? only.filter((name) => name !== 'console') : only
  if (parsed.demo && !left.includes('ingest')) return { mistake: '--demo: needs ingest, which takes its events' }
  return { only: processNames.filter((name) => left.includes(name)), portBase, isDemo: parsed.demo ?? false }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        'port-base': { type: 'string' },
        'no-console': { type: 'boolean' },
        demo: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return { mistake: (error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '' }
  }
}
