import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startTestKafka } from '../../packages/bus/src/testing/kafka.ts'
import { createRandom } from '../chaos/random.ts'
import { batchRequest, deliveryRequest, singleRequest } from './events.ts'
import { measure, type Sample, type Spread, spread, type Work } from './measure.ts'
import { onFirstCore, type Parts } from './parts.ts'
import { type Subject, startBare, startIngest, startObvious } from './subjects.ts'

export type Settings = {
  readonly rounds: number
  /** Single requests per round and program. */
  readonly requests: number
  /** Decides the order of the programs within each round. */
  readonly seed: number
  readonly say: (line: string) => void
}

/** Per program its samples, and the figure that a goal speaks of. */
export type Report = {
  readonly programs: Readonly<Record<string, readonly Sample[]>>
  readonly figure: string
  readonly value: Spread
  readonly goal: number
}

export type Scenario = {
  readonly about: string
  run(parts: Parts, settings: Settings): Promise<Report>
}

/** In flight at once: a quarter of what ingest takes, so that every turn of its loop has something to gather. */
const connections = 256
const batchSize = 100
const slowLogMs = 500
/** Loads before the first that counts: Node compiles hot code anew for some 30,000 requests, and the cost falls until then. */
const warmUps = 4

export const scenarios: Readonly<Record<string, Scenario>> = {
  'bare-hono': {
    about: 'a single durable event with a key, on Kafka and Redis ÷ bare Hono that parses the same JSON: CPU per event',
    run: (parts, settings) =>
      compare(parts, settings, 2.5, {
        ingest: { start: () => startIngest(parts, 'kafka'), load: single },
        'bare Hono': { start: startBare, load: single },
      }),
  },
  obvious: {
    about: 'the same ÷ the obvious design, SET NX and one send per request: CPU per event',
    run: (parts, settings) =>
      compare(parts, settings, 0.55, {
        ingest: { start: () => startIngest(parts, 'kafka'), load: single },
        'obvious design': { start: () => startObvious(parts), load: single },
      }),
  },
  batch: {
    about: `an event in a batch of ${batchSize} ÷ a single one, on Kafka and Redis: CPU per event`,
    run: async (parts, settings) => {
      const shared = startIngest(parts, 'kafka')
      return await compare(parts, settings, 0.35, {
        batch: { start: () => shared, load: batch },
        single: { start: () => shared, load: single },
      })
    },
  },
  postgres: {
    about: 'a single durable event with a key, on Postgres alone ÷ on Kafka and Redis: CPU per event',
    run: (parts, settings) =>
      compare(parts, settings, 1.3, {
        Postgres: { start: () => startIngest(parts, 'postgres'), load: single },
        'Kafka and Redis': { start: () => startIngest(parts, 'kafka'), load: single },
      }),
  },
  webhook: {
    about: "a delivery of GitHub's under its HMAC ÷ a single native event, on Kafka and Redis: CPU per event",
    run: async (parts, settings) => {
      const shared = startIngest(parts, 'kafka')
      return await compare(parts, settings, 1.2, {
        delivery: { start: () => shared, load: delivery },
        native: { start: () => shared, load: single },
      })
    },
  },
  hmac: {
    about: 'the verification of a 1 KB delivery ÷ one createHmac over it, in one process: CPU per call',
    run: compareHmac,
  },
  redis: {
    about: 'Redis commands per event under load, the renewal of rates included',
    run: countRedisCommands,
  },
  'slow-log': {
    about: `time to the answer when each round trip to Kafka takes ${slowLogMs} ms, the slowest one in a hundred: ms`,
    run: timeSlowLog,
  },
  memory: {
    about: `resident memory of ingest on Kafka and Redis, MiB, over many requests, single ones and batches of ${batchSize}`,
    run: watchMemory,
  },
}

type Load = (parts: Parts, subject: Subject, settings: Settings) => Work
type Program = { start(): Promise<Subject>; readonly load: Load }

function single(parts: Parts, subject: Subject, { requests }: Settings): Work {
  return { subject, request: singleRequest(parts.apiKey), eventsPerRequest: 1, requests, connections }
}

function delivery(parts: Parts, subject: Subject, { requests }: Settings): Work {
  return { subject, request: deliveryRequest(parts.source), eventsPerRequest: 1, requests, connections }
}

function batch(parts: Parts, subject: Subject, { requests }: Settings): Work {
  return {
    subject,
    request: batchRequest(parts.apiKey, batchSize),
    eventsPerRequest: batchSize,
    requests: Math.ceil((requests * 2) / batchSize),
    connections: 8,
  }
}

/** The CPU per event of the first program ÷ that of the second, round by round: both run within seconds of each other. */
async function compare(
  parts: Parts,
  settings: Settings,
  goal: number,
  programs: Readonly<Record<string, Program>>,
): Promise<Report> {
  const names = Object.keys(programs)
  const random = createRandom(settings.seed)
  const works = new Map<string, Work>()
  const samples: Record<string, Sample[]> = {}
  try {
    for (const name of names) {
      const work = programs[name]!.load(parts, await programs[name]!.start(), settings)
      works.set(name, work)
      samples[name] = []
      await measure({ ...work, requests: work.requests * warmUps }, newKeys())
    }
    for (let round = 1; round <= settings.rounds; round += 1) {
      const order = random.chance(0.5) ? names : names.toReversed()
      for (const name of order) {
        const sample = await measure(works.get(name)!, newKeys())
        samples[name]!.push(sample)
        settings.say(`  round ${round}  ${name.padEnd(16)} ${sample.cpuMicros.toFixed(1)} µs/event`)
      }
    }
  } finally {
    await Promise.all([...works.values()].map(({ subject }) => subject.close()))
  }
  const [first, second] = names.map((name) => samples[name]!)
  const ratios = first!.map((sample, round) => sample.cpuMicros / second![round]!.cpuMicros)
  return { programs: samples, figure: `${names.join(' ÷ ')}, CPU per event`, value: spread(ratios), goal }
}

async function compareHmac(_parts: Parts, { rounds, requests, say }: Settings): Promise<Report> {
  const [program, ...before] = onFirstCore
  const script = join(import.meta.dirname, 'hmac.ts')
  const output = execFileSync(program, [...before, script, String(rounds), String(requests * 5)], { encoding: 'utf8' })
  const measured = JSON.parse(output) as readonly { readonly verify: number; readonly createHmac: number }[]
  for (const [at, { verify, createHmac }] of measured.entries()) {
    say(`  round ${at + 1}  verify ${verify.toFixed(2)} µs, createHmac ${createHmac.toFixed(2)} µs`)
  }
  return {
    programs: {},
    figure: 'verify ÷ createHmac over 1 KB, CPU per call',
    value: spread(measured.map(({ verify, createHmac }) => verify / createHmac)),
    goal: 4,
  }
}

async function countRedisCommands(parts: Parts, settings: Settings): Promise<Report> {
  const subject = await startIngest(parts, 'kafka')
  const work = single(parts, subject, settings)
  const samples: Sample[] = []
  const perEvent: number[] = []
  try {
    await measure(work, newKeys())
    for (let round = 1; round <= settings.rounds; round += 1) {
      const before = await clientCommands(parts)
      samples.push(await measure(work, newKeys()))
      perEvent.push(((await clientCommands(parts)) - before) / work.requests)
      settings.say(`  round ${round}  ${perEvent.at(-1)!.toFixed(3)} commands/event`)
    }
  } finally {
    await subject.close()
  }
  return { programs: { ingest: samples }, figure: 'Redis commands per event', value: spread(perEvent), goal: 0.2 }
}

/** Script calls; what a script does inside Redis is no command of ours. */
async function clientCommands(parts: Parts): Promise<number> {
  const stats = await parts.redis.command('INFO', 'commandstats')
  const calls = [...stats.matchAll(/cmdstat_(?:evalsha|eval|script\|load):calls=(\d+)/g)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** One sender whose every request finds the log idle, and sixteen, whose requests meet the calls of the others. */
async function timeSlowLog(parts: Parts, settings: Settings): Promise<Report> {
  const { connection, proxies, close } = await startTestKafka()
  const { faults } = proxies[0]!
  const subject = await startIngest({ ...parts, brokers: connection.brokers.join(',') }, 'kafka')
  const works = { event: single(parts, subject, settings), delivery: delivery(parts, subject, settings) }
  const kinds = ['event', 'delivery'] as const
  const samples = {
    event: { alone: [] as Sample[], together: [] as Sample[] },
    delivery: { alone: [] as Sample[], together: [] as Sample[] },
  }
  try {
    for (const work of Object.values(works)) await measure({ ...work, requests: 1_000 }, newKeys())
    // Each way takes half of it.
    faults.latencyMs = slowLogMs / 2
    for (let round = 1; round <= settings.rounds; round += 1) {
      for (const kind of kinds) {
        const work = works[kind]
        const alone = await measure({ ...work, requests: 8, connections: 1 }, newKeys())
        const together = await measure({ ...work, requests: 160, connections: 16 }, newKeys())
        samples[kind].alone.push(alone)
        samples[kind].together.push(together)
        settings.say(
          `  round ${round}  ${kind}: one ${alone.p99Ms.toFixed(0)} ms, of sixteen ${together.p99Ms.toFixed(0)} ms`,
        )
      }
    }
    faults.latencyMs = 0
  } finally {
    await subject.close()
    await close()
  }
  const programs = Object.fromEntries(
    kinds.flatMap((kind) => [
      [`${kind}, one sender`, samples[kind].alone],
      [`${kind}, sixteen senders`, samples[kind].together],
    ]),
  )
  const slowest = kinds.flatMap((kind) => samples[kind].together.map(({ p99Ms }) => p99Ms))
  return { programs, figure: 'p99 of sixteen senders on a slow log, ms', value: spread(slowest), goal: 1_000 }
}

async function watchMemory(parts: Parts, settings: Settings): Promise<Report> {
  const subject = await startIngest(parts, 'kafka')
  const many = { ...settings, requests: settings.requests * 4 }
  const works = { single: single(parts, subject, many), batch: batch(parts, subject, many) }
  const programs: Record<string, Sample[]> = { single: [], batch: [] }
  try {
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const [name, work] of Object.entries(works)) {
        const sample = await measure(work, newKeys())
        settings.say(`  round ${round}  ${name}  ${work.requests} requests  ${sample.residentMiB.toFixed(0)} MiB`)
        // The first is the warm-up: code and buffers reach their size.
        if (round > 0) programs[name]!.push(sample)
      }
    }
  } finally {
    await subject.close()
  }
  const resident = Object.values(programs).flatMap((samples) => samples.map(({ residentMiB }) => residentMiB))
  return { programs, figure: 'resident memory, MiB', value: spread(resident), goal: 300 }
}

/** The start of keys that no earlier load has used. */
function newKeys(): string {
  return randomBytes(8).toString('hex')
}
