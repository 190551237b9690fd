import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pairNames } from '../stack/stack.ts'
import { type Section, writeReport } from './report.ts'
import { scenarios } from './scenarios.ts'

const help = `usage: npm run chaos -- [--scenario <name>,…] [--pair <pair>] [--seed <n>] [--events <n>] [--report <file>]

  --scenario   ${Object.entries(scenarios)
    .map(([name, { doc }]) => `${name.padEnd(8)} ${doc}`)
    .join('\n               ')}
               default: mixed
  --pair       ${pairNames.join(' or ')}; default: ${pairNames.at(-1)}, or each one by itself where a scenario says so
  --seed       repeats a run; default: a new one, which is printed
  --events     different events to be acknowledged; default: 50000 (mixed), 3000 (calm)
  --report     where the report is written as Markdown; default: beside the history

Exit 0 when every promise held, 1 when one was broken, 2 on a wrong call.
`

const given = readOptions()
if (typeof given === 'string') {
  process.stderr.write(`${given}\n\n${help}`)
  process.exit(2)
}
if (given.help) {
  process.stdout.write(help)
  process.exit(0)
}

const directory = mkdtempSync(join(tmpdir(), 'eventmesh-chaos-'))
const startedAt = performance.now()
const say = (line: string): void => {
  process.stdout.write(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(5)} s  ${line}\n`)
}
say(`seed ${given.seed}; history and logs in ${directory}`)

const sections: Section[] = []
for (const name of given.scenarios) {
  const scenario = scenarios[name]
  if (scenario === undefined) continue
  for (const pair of given.pair === undefined ? scenario.pairs : [given.pair]) {
    say(`── ${name} on ${pair}`)
    const options = { pair, seed: given.seed, say, directory: join(directory, `${name}-${pair}`) }
    const section = await scenario.run({ ...options, ...(given.events === undefined ? {} : { events: given.events }) })
    sections.push(section)
    for (const { name: promise, holds, detail } of section.verdicts) {
      say(`${holds === null ? 'n/a   ' : holds ? 'holds ' : 'BROKEN'}  ${promise}: ${detail}`)
    }
  }
}

const file = given.report ?? join(directory, 'report.md')
writeFileSync(file, writeReport(given.seed, sections))
say(`report: ${file}`)
process.exit(sections.every(({ verdicts }) => verdicts.every(({ holds }) => holds !== false)) ? 0 : 1)

function readOptions() {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      options: {
        help: { type: 'boolean' },
        scenario: { type: 'string' },
        pair: { type: 'string' },
        seed: { type: 'string' },
        events: { type: 'string' },
        report: { type: 'string' },
      },
    }).values
  } catch (error) {
    return error instanceof Error ? error.message : 'the options cannot be read'
  }
  const names = String(values.scenario ?? 'mixed').split(',')
  const unknown = names.find((name) => !(name in scenarios))
  if (unknown !== undefined) return `--scenario: '${unknown}' is not one of ${Object.keys(scenarios).join(', ')}`
  const pair = pairNames.find((name) => name === values.pair)
  if (values.pair !== undefined && pair === undefined) return `--pair: must be one of ${pairNames.join(', ')}`
  for (const name of ['seed', 'events'] as const) {
    if (values[name] !== undefined && !/^\d{1,9}$/.test(String(values[name]))) return `--${name}: must be a number`
  }
  return {
    help: values.help === true,
    scenarios: names,
    pair,
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    events: values.events === undefined ? undefined : Number(values.events),
    report: values.report === undefined ? undefined : String(values.report),
  }
}
