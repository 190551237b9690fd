import { Redis } from 'ioredis'

export type { Redis } from 'ioredis'

/** A script by the name that it gets as a method of the connection. */
export type ScriptTexts = Readonly<Record<string, string>>

/** How long Redis may take to answer one command. */
export const redisCommandMs = 250

/**
 * A connection to one Redis server, with its scripts as methods; it comes back by itself. A command waits for no
 * connection, and one whose reply was lost is sent again: what it does must bear that. Called before it is connected.
 */
export function connectRedis<Scripts>(url: string, scripts: ScriptTexts): Redis & Scripts {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: redisCommandMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: true,
    retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), 1_000),
    scripts: Object.fromEntries(Object.entries(scripts).map(([name, lua]) => [name, { lua }])),
    // The client makes the methods from the names, which its types do not know.
  }) as Redis & Scripts
  // Connection errors are told by the calls that fail on them; unheard, they would be printed with their arguments.
  redis.on('error', () => undefined)
  return redis
}

/** The message without what Redis repeats of the command; never the error itself, which carries its arguments. */
export function describeRedisError(error: unknown): string {
  if (!(error instanceof Error)) return 'redis: no reason given'
  return `redis: ${error.message.split(', with args')[0]!.slice(0, 200)}`
}
