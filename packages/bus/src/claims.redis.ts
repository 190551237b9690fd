import { hash } from 'node:crypto'
import { type EventId, MeshError } from '@eventmesh/envelope'
import {
  type ClaimAnswer,
  type ClaimKey,
  type ClaimRequest,
  type ClaimResult,
  type Claims,
  claimTimes,
  type SettleAnswer,
  type SettleRequest,
  type YieldRequest,
} from './claims.ts'
import { type Gather, gather } from './gather.ts'
import { connectRedis, describeRedisError, type Redis, redisCommandMs } from './redis.ts'

export type RedisClaimsOptions = {
  /** `redis://` or `rediss://`, with its login. */
  readonly url: string
  readonly leaseMs?: number
  readonly pendingMs?: number
  /** What an operator should see: an eviction policy, memory that runs out. Free of secrets. */
  readonly onAlarm?: (detail: string) => void
}

const callKeysMax = 200
const startMs = 3_000
const breaker = { failures: 5, restMs: 2_000 }
const memory = { everyMs: 60_000, alarmShare: 0.7 }
const keyPrefix = 'idem:'

/**
 * Claims on Redis: one script call per event-loop turn for what is claimed, one for what is settled, one for what is
 * yielded, each atomic. A claim is a hash under `idem:<tenant>:<scope>:<hex sha-256 of key>`:
 *
 *   s  P (pending) or D (settled)        fp  fingerprint      o  owner of the claim
 *   lu milliseconds of Redis' clock until which the owner has it alone        r  the result, JSON
 *
 * Refuses to open on a server that drops claims to make room, or on a cluster. A server that does not answer yet is no
 * reason: every call then says `claims_unavailable`, and the settings are judged once it is there.
 */
export async function openRedisClaims(options: RedisClaimsOptions): Promise<Claims> {
  const leaseMs = options.leaseMs ?? claimTimes.leaseMs
  const pendingMs = options.pendingMs ?? claimTimes.pendingMs
  const onAlarm = options.onAlarm ?? (() => undefined)
  const redis = connectRedis<Scripts>(options.url, {
    eventmeshClaim: claimScript,
    eventmeshSettle: settleScript,
    eventmeshYield: yieldScript,
  })
  const circuit = createCircuit()
  const health = watchHealth(redis, onAlarm)

  /** Every script call goes through the breaker; the client's errors hold the command's arguments and stay here. */
  async function run<T>(call: (scripts: Scripts) => Promise<T>): Promise<T> {
    if (health.refusal() !== undefined) throw unavailable(health.refusal()!)
    const done = circuit.enter()
    try {
      const answer = await call(redis)
      done(true)
      return answer
    } catch (error) {
      done(false)
      throw unavailable(describeRedisError(error))
    }
  }

  const claims = gatherKeys<ClaimRequest, ClaimAnswer>({
    async call(requests, names) {
      const args = requests.flatMap(({ fp, owner }) => [fp, owner])
      const rows = await run((scripts) => scripts.eventmeshClaim(names.length, ...names, leaseMs, pendingMs, ...args))
      return rows.map(toClaimAnswer)
    },
    sameAs: (leader, follower) => leader.fp === follower.fp,
    // The leader won the claim for itself: to another owner of the same bytes the event is in flight.
    follow: (answer, leader, follower) =>
      answer.state === 'won' && leader.owner !== follower.owner
        ? { state: 'in-flight', retryAfterMs: leaseMs }
        : answer,
  })

  const settles = gatherKeys<SettleRequest, SettleAnswer>({
    async call(requests, names) {
      const args = requests.flatMap(({ fp, result, ttlMs }) => [fp, encodeResult(result), ttlMs])
      const rows = await run((scripts) => scripts.eventmeshSettle(names.length, ...names, ...args))
      return rows.map(toSettleAnswer)
    },
    sameAs: (leader, follower) => leader.fp === follower.fp,
    follow: (answer, leader) => (answer.state === 'stored' ? { state: 'already', result: leader.result } : answer),
  })

  const yields = gatherKeys<YieldRequest, undefined>({
    async call(requests, names) {
      await run((scripts) => scripts.eventmeshYield(names.length, ...names, ...requests.map(({ owner }) => owner)))
      return requests.map(() => undefined)
    },
    sameAs: (leader, follower) => leader.owner === follower.owner,
    follow: (answer) => answer,
  })

  try {
    await health.first()
  } catch (error) {
    redis.disconnect()
    health.close()
    throw error
  }

  return {
    claim: claims.ask,
    settle: settles.ask,
    async yield(requests) {
      await yields.ask(requests)
    },
    reset: () => run(() => dropAll(redis)),
    check: () => health.check(),
    async close() {
      health.close()
      await Promise.all([claims.drain(), settles.drain(), yields.drain()])
      redis.disconnect()
    },
  }
}

type Scripts = {
  eventmeshClaim(keys: number, ...keysAndArgs: readonly (string | number)[]): Promise<readonly Row[]>
  eventmeshSettle(keys: number, ...keysAndArgs: readonly (string | number)[]): Promise<readonly Row[]>
  eventmeshYield(keys: number, ...keysAndArgs: readonly (string | number)[]): Promise<unknown>
}

type Row = readonly [state: string, value?: string | number]

// KEYS: the claims. ARGV: lease, keep, then fp and owner per key.
const claimScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local answers = {}
for i, key in ipairs(KEYS) do
  local fp, owner = ARGV[1 + 2 * i], ARGV[2 + 2 * i]
  local row = redis.call('HMGET', key, 's', 'fp', 'o', 'lu', 'r')
  if row[1] == 'D' then
    if row[2] == fp then answers[i] = {'settled', row[5]} else answers[i] = {'conflict', row[2]} end
  elseif not row[1] or (row[2] == fp and row[3] == owner) or tonumber(row[4]) <= now then
    redis.call('HSET', key, 's', 'P', 'fp', fp, 'o', owner, 'lu', string.format('%.0f', now + ARGV[1]))
    redis.call('PEXPIRE', key, ARGV[2])
    answers[i] = {'won'}
  else
    answers[i] = {'in-flight', row[4] - now}
  end
end
return answers`

// KEYS: the claims. ARGV: fp, result and time to live per key.
const settleScript = `
local answers = {}
for i, key in ipairs(KEYS) do
  local fp = ARGV[3 * i - 2]
  local row = redis.call('HMGET', key, 's', 'fp', 'r')
  if row[1] == 'D' then
    if row[2] == fp then answers[i] = {'already', row[3]} else answers[i] = {'conflict', row[2]} end
  else
    redis.call('HSET', key, 's', 'D', 'fp', fp, 'r', ARGV[3 * i - 1])
    redis.call('HDEL', key, 'o', 'lu')
    redis.call('PEXPIRE', key, ARGV[3 * i])
    answers[i] = {'stored'}
  end
end
return answers`

// KEYS: the claims. ARGV: the owner per key.
const yieldScript = `
for i, key in ipairs(KEYS) do
  local row = redis.call('HMGET', key, 's', 'o')
  if row[1] == 'P' and row[2] == ARGV[i] then redis.call('HSET', key, 'lu', '0') end
end
return redis.status_reply('OK')`

function redisKey({ tenantId, scope, key }: ClaimKey): string {
  return `${keyPrefix}${tenantId}:${scope}:${digestOf(key)}`
}

/** Of keys in flight: each is settled soon after it was claimed. */
const digests = new Map<string, string>()
const digestsMax = 4_096

function digestOf(key: string): string {
  let digest = digests.get(key)
  if (digest === undefined) {
    digest = hash('sha256', key, 'hex')
    if (digests.size >= digestsMax) digests.clear()
    digests.set(key, digest)
  }
  return digest
}

function toClaimAnswer([state, value]: Row): ClaimAnswer {
  switch (state) {
    case 'won':
      return { state }
    case 'settled':
      return { state, result: decodeResult(String(value)) }
    case 'in-flight':
      return { state, retryAfterMs: Number(value) }
    case 'conflict':
      return { state, fp: String(value) }
    default:
      throw new Error(`the claim script answered ${state}`)
  }
}

function toSettleAnswer([state, value]: Row): SettleAnswer {
  switch (state) {
    case 'stored':
      return { state }
    case 'already':
      return { state, result: decodeResult(String(value)) }
    case 'conflict':
      return { state, fp: String(value) }
    default:
      throw new Error(`the settle script answered ${state}`)
  }
}

type StoredResult = { event_id: EventId; accepted_at: number; partition: number; offset: number }

function encodeResult({ eventId, acceptedAtMs, partition, offset }: ClaimResult): string {
  return JSON.stringify({ event_id: eventId, accepted_at: acceptedAtMs, partition, offset } satisfies StoredResult)
}

function decodeResult(text: string): ClaimResult {
  const { event_id, accepted_at, partition, offset } = JSON.parse(text) as StoredResult
  return { eventId: event_id, acceptedAtMs: accepted_at, partition, offset }
}

type Calls<Request, Answer> = {
  readonly call: (requests: readonly Request[], names: readonly string[]) => Promise<readonly Answer[]>
  readonly sameAs: (leader: Request, follower: Request) => boolean
  readonly follow: (answer: Answer, leader: Request, follower: Request) => Answer
}

/** Calls do not wait for each other: Redis answers one connection in order. */
function gatherKeys<Request extends ClaimKey, Answer>(calls: Calls<Request, Answer>): Gather<Request, Answer> {
  return gather({
    ...calls,
    apartBy: redisKey,
    callRequestsMax: callKeysMax,
    callsMax: Number.POSITIVE_INFINITY,
    deadlineMs: redisCommandMs,
    late: () => unavailable(`no answer within ${redisCommandMs} ms`),
  })
}

function unavailable(detail: string, restMs?: number): MeshError {
  const options = restMs === undefined ? {} : { retryAfterMs: restMs }
  return new MeshError('claims_unavailable', `claims did not answer: ${detail}`, options)
}

/**
 *   closed ─5 failures in a row▶ open ─2 s▶ one trial ─it answers▶ closed
 *                                             └─it fails▶ open
 */
function createCircuit(): { enter(): (isGood: boolean) => void } {
  let failures = 0
  let closedAgainAtMs = 0
  let isTrying = false
  return {
    enter() {
      const isOpen = failures >= breaker.failures
      const restMs = closedAgainAtMs - performance.now()
      if (isOpen && (isTrying || restMs > 0)) {
        throw unavailable(
          `redis failed ${breaker.failures} times in a row; it is tried again every ${breaker.restMs} ms`,
          Math.max(restMs, 0),
        )
      }
      if (isOpen) isTrying = true
      return (isGood) => {
        if (isOpen) isTrying = false
        failures = isGood ? 0 : failures + 1
        if (failures >= breaker.failures) closedAgainAtMs = performance.now() + breaker.restMs
      }
    },
  }
}

async function dropAll(redis: Redis): Promise<number> {
  let dropped = 0
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${keyPrefix}*`, 'COUNT', 1_000)
    if (keys.length > 0) dropped += await redis.unlink(...keys)
    cursor = next
  } while (cursor !== '0')
  return dropped
}

type Health = {
  /** Judges the settings when the server answers in time; throws when it must not be used. */
  first(): Promise<void>
  /** Why this server must not be used; undefined as long as nothing speaks against it. */
  refusal(): string | undefined
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  close(): void
}

function watchHealth(redis: Redis, onAlarm: (detail: string) => void): Health {
  let refusal: string | undefined
  let told = new Set<string>()
  const timer = setInterval(() => void look(), memory.everyMs)
  timer.unref()
  redis.on('ready', () => void look())

  async function look(): Promise<Judgement | undefined> {
    try {
      const judgement = judgeInfo(parseInfo(await redis.info()))
      refusal = judgement.refusal
      const now = [...(refusal === undefined ? [] : [refusal]), ...judgement.alarms]
      for (const line of now) if (!told.has(line)) onAlarm(line)
      told = new Set(now)
      return judgement
    } catch {
      // No answer: the calls say so, and the next look judges again.
      return undefined
    }
  }

  return {
    async first() {
      await untilReady(redis)
      await look()
      if (refusal !== undefined) throw new MeshError('claims_unavailable', refusal, { retryable: false })
    },
    refusal: () => refusal,
    async check() {
      const judgement = await look()
      if (judgement === undefined) return { ok: false, detail: 'redis: no answer' }
      const { version, alarms, advice } = judgement
      const lines = [...(judgement.refusal === undefined ? [] : [judgement.refusal]), ...alarms, ...advice]
      return { ok: judgement.refusal === undefined, detail: [`redis ${version}`, ...lines].join('; ') }
    },
    close: () => clearInterval(timer),
  }
}

/** Waits for the first connection, but not for ever: without Redis a process starts and says what it lacks. */
function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      redis.off('ready', done)
      resolve()
    }
    const timer = setTimeout(done, startMs)
    redis.on('ready', done)
  })
}

export type Judgement = {
  readonly version: string
  readonly refusal: string | undefined
  readonly alarms: readonly string[]
  readonly advice: readonly string[]
}

/** What the answer to INFO means for claims. A fact that is missing counts against the server. */
export function judgeInfo(info: ReadonlyMap<string, string>): Judgement {
  const policy = info.get('maxmemory_policy')
  const memoryMax = Number(info.get('maxmemory') ?? 0)
  const memoryUsed = Number(info.get('used_memory') ?? 0)
  const alarms: string[] = []
  if (policy === 'volatile-ttl') {
    alarms.push(
      'redis maxmemory-policy volatile-ttl drops the claims nearest to their end when memory is full: set noeviction',
    )
  }
  if (memoryMax > 0 && memoryUsed >= memoryMax * memory.alarmShare) {
    alarms.push(
      `redis memory is at ${Math.floor((memoryUsed / memoryMax) * 100)} % of maxmemory: raise it before claims are refused`,
    )
  }
  return {
    version: info.get('redis_version') ?? 'unknown',
    refusal: refusalOf(info.get('redis_mode'), policy),
    alarms,
    advice:
      info.get('aof_enabled') === '1'
        ? []
        : ['appendonly is off: a restart forgets the answers that replays need (copies may result, nothing is lost)'],
  }
}

function refusalOf(mode: string | undefined, policy: string | undefined): string | undefined {
  if (mode === 'cluster') return 'redis runs as a cluster, which claims do not support: give REDIS_URL one server'
  if (policy === 'noeviction' || policy === 'volatile-ttl') return undefined
  if (policy === undefined) return 'redis does not tell its maxmemory-policy (INFO memory): allow INFO to this user'
  return `redis maxmemory-policy ${policy} drops claims when memory is full: set noeviction`
}

export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}
