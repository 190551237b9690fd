import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './harness/history.ts'
import { type Load, startLoad } from './harness/load.ts'
import { cleanUp, type Mesh, startMesh, stopMesh } from './harness/mesh.ts'
import { isRunning, until } from './harness/processes.ts'
import { readIndex, readLog } from './harness/records.ts'

let mesh: Mesh

beforeAll(async () => {
  mesh = await startMesh({ environment: { LOG_LEVEL: 'warn' } })
})
afterAll(cleanUp)

describe('kill -9 under load', () => {
  test.each(['ingest', 'engine', 'postgres'] as const)(
    'of %s: it is replaced, and no acknowledged event is lost',
    async (part) => {
      const load = startLoad(mesh, `kill-${part}`)
      await until('the load to run', 20_000, () => load.acknowledged() >= 20)
      const victim = mesh.pid(part)
      expect(victim).toBeDefined()
      process.kill(victim ?? 0, 'SIGKILL')
      await until(`another ${part}`, 60_000, () => ![undefined, victim].includes(mesh.pid(part)))
      const before = load.acknowledged()
      await until('the load to go on', 60_000, () => load.acknowledged() >= before + 20)
      await load.finish()
      await expectKept(load)
    },
  )

  test('of the whole process group: the next start takes over what is left and keeps every event', async () => {
    const load = startLoad(mesh, 'kill-group')
    await until('the load to run', 20_000, () => load.acknowledged() >= 20)
    const supervisor = mesh.pid('supervisor') ?? 0
    process.kill(-(mesh.npm.pid ?? 0), 'SIGKILL')
    await until('the supervisor to be gone', 5_000, () => !isRunning(supervisor))
    const old = mesh
    mesh = await startMesh({ dataDir: old.dataDir, portBase: old.portBase, environment: { LOG_LEVEL: 'warn' } })
    expect(mesh.apiKey).toBe(old.apiKey)
    const before = load.acknowledged()
    await until('the load to go on', 60_000, () => load.acknowledged() >= before + 20)
    await load.finish()
    await expectKept(load)
  })

  test('of everything at once: the next start recovers the database and keeps every event', async () => {
    const load = startLoad(mesh, 'kill-all')
    await until('the load to run', 20_000, () => load.acknowledged() >= 20)
    const parts = (['supervisor', 'ingest', 'engine', 'postgres'] as const).map((part) => mesh.pid(part))
    expect(parts).not.toContain(undefined)
    for (const pid of parts) process.kill(pid ?? 0, 'SIGKILL')
    await until('all of them to be gone', 5_000, () => parts.every((pid) => !isRunning(pid ?? 0)))
    mesh = await startMesh({ dataDir: mesh.dataDir, portBase: mesh.portBase, environment: { LOG_LEVEL: 'warn' } })
    await load.finish()
    await expectKept(load)
  })

  test('and SIGTERM under load ends with 0 within 20 s, everything acknowledged being kept (L1)', async () => {
    const load = startLoad(mesh, 'sigterm')
    await until('the load to run', 20_000, () => load.acknowledged() >= 20)
    const parts = (['supervisor', 'ingest', 'engine', 'postgres'] as const).map((part) => mesh.pid(part))
    const startedAt = performance.now()
    expect(await stopMesh(mesh)).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    expect(parts.filter((pid) => pid !== undefined && isRunning(pid))).toEqual([])

    mesh = await startMesh({ dataDir: mesh.dataDir, portBase: mesh.portBase, environment: { LOG_LEVEL: 'warn' } })
    await load.finish()
    await expectKept(load)
    expect((await stopMesh(mesh)).code).toBe(0)
  })
})

async function expectKept(load: Load) {
  const log = await readLog(mesh.dataDir)
  expect(violations(load.history, log)).toEqual([])
  const kept = new Set(load.history.filter(({ ending }) => ending === 'ok').map(({ eventId }) => eventId))
  await until('every acknowledged event in the index', 60_000, async () => {
    const accepted = (await readIndex(mesh.dataDir)).filter(({ outcome }) => outcome === 'accepted')
    const seen = new Set(accepted.map(({ event_id }) => event_id))
    return [...kept].every((id) => seen.has(id ?? null))
  })
  const accepted = (await readIndex(mesh.dataDir)).filter(({ outcome }) => outcome === 'accepted')
  expect(accepted.length).toBe(new Set(accepted.map(({ event_id }) => event_id)).size)
}
