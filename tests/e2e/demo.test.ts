import { afterAll, expect, test } from 'vitest'
import { cleanUp, newDataDir, startMesh, stopMesh } from './harness/mesh.ts'
import { until } from './harness/processes.ts'
import { query } from './harness/records.ts'

afterAll(cleanUp)

test('--demo sends with keys and sources of its own, and again after a restart', async () => {
  const dataDir = newDataDir()
  const first = await startMesh({ dataDir, args: ['--no-console', '--demo'] })
  const senders = () => accepted(dataDir)
  await until('events of a key and of a source', 60_000, async () => {
    const now = await senders()
    return now.some(({ source }) => source === 'native') && now.some(({ source }) => !source.startsWith('native'))
  })
  const before = await senders()
  expect((await stopMesh(first)).code).toBe(0)

  const again = await startMesh({ dataDir, args: ['--no-console', '--demo'] })
  await until('events of a key that is new', 60_000, async () =>
    (await senders()).some(({ key_id }) => key_id !== null && !before.some((sender) => sender.key_id === key_id)),
  )
  expect((await stopMesh(again)).code).toBe(0)
})

type Sender = { readonly key_id: string | null; readonly source: string }

async function accepted(dataDir: string): Promise<readonly Sender[]> {
  return await query<Sender>(dataDir, `select distinct key_id, source from event_index where outcome = 'accepted'`)
}
