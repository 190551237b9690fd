import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

export const smallDiskPart: Part = {
  name: 'a small file system',
  missing() {
    const disk = mountSmallDisk(1)
    disk?.close()
    return disk === undefined ? 'this user may not mount a tmpfs' : undefined
  },
}

export type SmallDisk = {
  readonly path: string
  freeBytes(): number
  grow(mebibytes: number): void
  close(): void
}

/** A tmpfs of this size; undefined where this user may not mount one. */
export function mountSmallDisk(mebibytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'eventmesh-disk-'))
  const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status === 0
  if (!mount(`size=${mebibytes}m`)) {
    rmSync(path, { recursive: true, force: true })
    return undefined
  }
  return {
    path,
    freeBytes() {
      const { bavail, bsize } = statfsSync(path)
      return bavail * bsize
    },
    grow(to) {
      if (!mount(`remount,size=${to}m`)) throw new Error('the tmpfs does not grow')
    },
    close() {
      spawnSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
