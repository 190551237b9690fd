import { mkdirSync } from 'node:fs'
import { goThroughOutage, outageFaults } from '../stack/outage.ts'
import { type PairName, pairNames, startStack } from '../stack/stack.ts'
import type { Section } from './report.ts'
import { type RunOptions, type RunResult, run } from './run.ts'

export type ScenarioOptions = Omit<RunOptions, 'events' | 'isCalm'> & { readonly events?: number }

export type Scenario = {
  readonly doc: string
  /** On which it runs unless one is named. */
  readonly pairs: readonly PairName[]
  run(options: ScenarioOptions): Promise<Section>
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  mixed: {
    doc: 'events of every kind while ingest, engine, log, claims and Postgres are killed, frozen, slowed and cut',
    pairs: ['kafka+redis'],
    async run(options) {
      const events = options.events ?? 50_000
      return sectionOf('mixed', options, events, await run({ ...options, events, isCalm: false }))
    },
  },
  calm: {
    doc: 'the same load without kills: the counters of every process add up with what senders saw',
    pairs: pairNames,
    async run(options) {
      const events = options.events ?? 3_000
      return sectionOf('calm', options, events, await run({ ...options, events, isCalm: true }))
    },
  },
  outage: {
    doc: 'the log is killed, and then frozen, for 120 s each: 503 in time, flat memory, heals by itself',
    pairs: pairNames,
    run: longOutages,
  },
}

const outageMs = 120_000

async function longOutages({ pair, directory, say }: ScenarioOptions): Promise<Section> {
  mkdirSync(directory, { recursive: true })
  const stack = await startStack(pair, directory)
  try {
    const verdicts: Section['verdicts'][number][] = []
    for (const how of ['killed', 'frozen'] as const) {
      const ingest = await stack.start('ingest')
      const { id, live } = stack.tenants[0]
      const target = { ingestUrl: ingest.url, apiKey: live, tenantId: id }
      const outage = await goThroughOutage(stack, ingest, target, { how, ms: outageMs })
      const codes = new Map<string, number>()
      for (const { code } of outage.answers) codes.set(code, (codes.get(code) ?? 0) + 1)
      const faults = outageFaults(outage)
      const slowest = Math.round(Math.max(...outage.answers.map(({ ms }) => ms)))
      const mebibytes = [outage.rssBytesEarly, outage.rssBytesMax].map((bytes) => Math.round(bytes / 1_048_576))
      const seen = `${[...codes].map(([code, n]) => `${n} × 503 ${code}`).join(', ')}; slowest answer ${slowest} ms; memory ${mebibytes.join(' → ')} MiB; first 2xx ${Math.round(outage.healedMs)} ms after its return`
      say(`${how}: ${seen}`)
      verdicts.push({
        name: `log ${how} for ${outageMs / 1_000} s`,
        holds: faults.length === 0,
        detail: [...faults, seen].join('; '),
      })
      await stack.stop(ingest)
    }
    return { title: `outage on ${pair}`, facts: [], verdicts, faults: [] }
  } finally {
    await stack.close()
  }
}

function sectionOf(name: string, { pair, seed }: ScenarioOptions, events: number, result: RunResult): Section {
  const { attempts, log, index, disturbance, loadMs, acknowledged } = result
  const count = (ending: string): number => attempts.filter((attempt) => attempt.ending === ending).length
  const rows = (outcome: string): number => index.filter((row) => row.outcome === outcome).length
  const forms = new Map<string, number>()
  for (const { form } of attempts) forms.set(form, (forms.get(form) ?? 0) + 1)
  const kills = Object.entries(disturbance.kills()).toSorted(([one], [other]) => one.localeCompare(other))
  return {
    title: `${name} on ${pair}`,
    facts: [
      ['Seed', String(seed)],
      ...Object.entries(result.versions),
      ['Asked for', `${events} events`],
      ['Acknowledged', `${acknowledged} different events in ${Math.round(loadMs / 1_000)} s`],
      [
        'Tries, a batch’s items each',
        `${attempts.length}: ${count('ok')} 2xx, ${count('fail')} definite 4xx, ${count('info')} 409, 5xx or no answer`,
      ],
      ['By form', [...forms].map(([form, n]) => `${form} ${n}`).join(', ')],
      ['Replays', String(attempts.filter(({ isReplayed }) => isReplayed).length)],
      ['Records on the log', `${log.length}, of ${new Set(log.map(({ eventId }) => eventId)).size} events`],
      ['Rows of the index', `${rows('accepted')} accepted, ${rows('copy')} copies, ${rows('quarantined')} quarantined`],
      ['Dead letters', String(result.deadLetters)],
      ['Largest ingest, largest engine', `${largest(result, 'ingest')} MiB, ${largest(result, 'engine')} MiB`],
      ['Kills', kills.map(([what, n]) => `${what.replace('kill ', '')} ${n}`).join(', ') || 'none'],
    ],
    verdicts: [
      ...result.verdicts.map(({ invariant, promise, holds, detail }) => ({
        name: `${invariant}: ${promise}`,
        holds,
        detail,
      })),
      {
        name: 'every event was acknowledged in the end',
        holds: result.givenUp.length === 0,
        detail: result.givenUp[0] ?? `${acknowledged} events`,
      },
    ],
    faults: disturbance.faults,
  }
}

function largest({ rssBytesMax }: RunResult, kind: string): number {
  const of = rssBytesMax.filter(({ name }) => name.startsWith(kind)).map(({ bytes }) => bytes)
  return Math.round(Math.max(...of) / 1_048_576)
}
