import { cpus, loadavg, release, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type Sample, spread } from './measure.ts'
import { hasTaskset, leaveFirstCore, type Parts, startParts } from './parts.ts'
import { type Report, scenarios } from './scenarios.ts'

const usage = `usage: npm run bench -- [scenario]… [--rounds 5] [--requests 8000] [--seed 1] [--json]

${Object.entries(scenarios)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Without a scenario: all of them. Needs Linux, java 17 and redis-server. --json prints the document alone.
`

const { values, positionals } = parse()
const say = (line: string): void => void (values.json || process.stdout.write(`${line}\n`))
const names = positionals.length === 0 ? Object.keys(scenarios) : positionals
const settings = { rounds: values.rounds, requests: values.requests, seed: values.seed, say }

leaveFirstCore()
const startedAt = new Date().toISOString()
const loadBefore = loadavg()[0]
const parts = await startParts()
const reports: Record<string, Report> = {}
try {
  for (const name of names) {
    say(`\n${name}: ${scenarios[name]!.about}`)
    reports[name] = await scenarios[name]!.run(parts, settings)
  }
} finally {
  await parts.close()
}
const document = {
  startedAt,
  machine: machine(parts),
  loadAverage: { before: loadBefore, after: loadavg()[0] },
  settings: { rounds: settings.rounds, requests: settings.requests, seed: settings.seed },
  reports,
}
say(table(reports))
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
process.exit(Object.values(reports).every(({ value, goal }) => value.median <= goal) ? 0 : 1)

function parse() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        requests: { type: 'string', default: '8000' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (parsed.values.help) end(0, usage)
    const unknown = parsed.positionals.find((name) => !(name in scenarios))
    if (unknown !== undefined) end(1, `no scenario ${unknown}\n${usage}`)
    return {
      positionals: parsed.positionals,
      values: {
        json: parsed.values.json,
        rounds: whole('rounds', parsed.values.rounds, 1),
        requests: whole('requests', parsed.values.requests, 100),
        seed: whole('seed', parsed.values.seed, 0),
      },
    }
  } catch (error) {
    return end(1, `${error instanceof Error ? error.message : 'no reason given'}\n${usage}`)
  }
}

function whole(name: string, text: string, min: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < min) throw new Error(`--${name}: expected a whole number from ${min}`)
  return value
}

function end(code: number, text: string): never {
  const stream = code === 0 ? process.stdout : process.stderr
  stream.write(text)
  process.exit(code)
}

function machine({ kafkaVersion, postgresVersion }: Parts) {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    kafka: kafkaVersion,
    postgres: postgresVersion,
    pinned: hasTaskset ? 'measured program on core 0, everything else on core 1' : 'nothing is pinned',
  }
}

function table(of: Readonly<Record<string, Report>>): string {
  const lines = ['', 'program                        µs CPU/event (low–high)    events/s     p50 ms    p99 ms   MiB']
  for (const [name, { programs }] of Object.entries(of)) {
    for (const [program, samples] of Object.entries(programs)) lines.push(row(`${name}: ${program}`, samples))
  }
  lines.push('', 'figure                                             median (low–high)          goal')
  for (const { figure, value, goal } of Object.values(of)) {
    const range = `${shown(value.median)} (${shown(value.low)}–${shown(value.high)})`
    lines.push(`${figure.padEnd(50)} ${range.padEnd(26)} ≤ ${goal}${value.median <= goal ? '' : '  MISSED'}`)
  }
  return `${lines.join('\n')}\n`
}

function row(name: string, samples: readonly Sample[]): string {
  const of = (pick: (sample: Sample) => number) => spread(samples.map(pick))
  const cpu = of((sample) => sample.cpuMicros)
  return [
    name.padEnd(30),
    `${cpu.median.toFixed(1)} (${cpu.low.toFixed(1)}–${cpu.high.toFixed(1)})`.padEnd(26),
    of((sample) => sample.eventsPerSecond)
      .median.toFixed(0)
      .padStart(9),
    of((sample) => sample.p50Ms)
      .median.toFixed(1)
      .padStart(10),
    of((sample) => sample.p99Ms)
      .median.toFixed(1)
      .padStart(9),
    of((sample) => sample.residentMiB)
      .median.toFixed(0)
      .padStart(5),
  ].join(' ')
}

function shown(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(3)
}
