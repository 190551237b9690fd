import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fetchJars } from '../../../../tests/parts/kafka.mjs'
import { findRedis } from '../../../../tests/parts/redis.ts'

/**
 * Registers what needs a part that a machine may lack. Without it, one test says NOT RUN and why; where `CI` is `true`
 * it fails, since there nothing may be missing. `npm test` repeats the part at its end (EVENTMESH_NOT_RUN_FILE).
 */
export function withPart(part: Part, run: () => void): void {
  const missing = part.missing()
  if (missing === undefined) {
    run()
    return
  }
  const { EVENTMESH_NOT_RUN_FILE: notRunFile } = process.env
  if (notRunFile !== undefined) appendFileSync(notRunFile, `${part.name}: ${missing}\n`)
  describe(`NOT RUN: ${part.name}`, () => {
    test.skipIf(process.env.CI !== 'true')(missing, () => {
      expect.unreachable(missing)
    })
  })
}

export type Part = { readonly name: string; missing(): string | undefined }

export const kafkaPart: Part = {
  name: 'Apache Kafka',
  missing() {
    const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
    if (java.status !== 0) return 'java 17 or newer is not installed'
    try {
      fetchJars()
      return undefined
    } catch (error) {
      return `the broker's jars could not be downloaded: ${error instanceof Error ? error.message.slice(0, 200) : 'no reason given'}`
    }
  },
}

export const redisPart: Part = {
  name: 'Redis',
  missing: () =>
    findRedis() === undefined ? 'redis-server is not installed, and this user may not install it' : undefined,
}
