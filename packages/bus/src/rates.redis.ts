import { randomUUID } from 'node:crypto'
import { type RateLease, type Rates, rateBucketsMax } from './rates.ts'
import { connectRedis, describeRedisError } from './redis.ts'

/** How long a process counts as one of those that share a bucket after it last told of it. */
const sharerMs = 3_000

/**
 * Rates on Redis: one script call per `renew`. A bucket is a hash under `rate:<bucket>` that lives until it would be full:
 *
 *   t  tokens      a  milliseconds of Redis' clock when they were counted
 *   p:<process>    `<asked> <when>` of each process that shares it
 *
 * Opens without waiting for a server: until one answers, `renew` throws.
 */
export function openRedisRates(options: { readonly url: string }): Rates {
  const redis = connectRedis<Scripts>(options.url, { eventmeshRenewRates: renewScript })
  const self = `p:${randomUUID()}`
  return {
    async renew(uses) {
      if (uses.length === 0) return []
      if (uses.length > rateBucketsMax) throw new RangeError(`rates: more than ${rateBucketsMax} buckets in one call`)
      const keys = uses.map(({ bucket }) => `rate:${bucket}`)
      const args = uses.flatMap(({ rate, burst, used, asked }) => [rate, burst, used, asked])
      try {
        const rows = await redis.eventmeshRenewRates(keys.length, ...keys, self, sharerMs, ...args)
        return rows.map(toLease)
      } catch (error) {
        throw new Error(`rates did not answer: ${describeRedisError(error)}`)
      }
    },
    async close() {
      redis.disconnect()
    },
  }
}

type Scripts = {
  eventmeshRenewRates(keys: number, ...keysAndArgs: readonly (string | number)[]): Promise<readonly string[]>
}

// KEYS: the buckets. ARGV: this process, how long it shares; then rate, burst, used and asked per bucket. A process that
// nothing was asked of still weighs one token, so that it can begin. Answers `<tokens> <share>`, since Redis cuts numbers.
const renewScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local self, sharing = ARGV[1], tonumber(ARGV[2])
local answers = {}
for i, key in ipairs(KEYS) do
  local at = 4 * i - 1
  local rate, burst = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local used, own = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]) + 1
  local tokens, counted, all = burst, now, own
  local row = redis.call('HGETALL', key)
  for j = 1, #row, 2 do
    local name, value = row[j], row[j + 1]
    if name == 't' then tokens = tonumber(value)
    elseif name == 'a' then counted = tonumber(value)
    elseif name ~= self then
      local asked, told = string.match(value, '(%S+) (%S+)')
      if now - told < sharing then all = all + asked + 1 else redis.call('HDEL', key, name) end
    end
  end
  tokens = math.min(burst, tokens + math.max(0, now - counted) * rate / 1000) - used
  redis.call('HSET', key, 't', string.format('%.3f', tokens), 'a', string.format('%.0f', now),
    self, ARGV[at + 3] .. ' ' .. string.format('%.0f', now))
  redis.call('PEXPIRE', key, math.ceil((burst - tokens) / rate * 1000) + sharing)
  answers[i] = string.format('%.3f %.6f', tokens, own / all)
end
return answers`

function toLease(row: string): RateLease {
  const [tokens, share] = row.split(' ')
  return { tokens: Number(tokens), share: Number(share) }
}
