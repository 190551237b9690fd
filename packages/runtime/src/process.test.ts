import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const fixture = fileURLToPath(new URL('../fixtures/drains.ts', import.meta.url))

async function start(mode: string, ipc = false): Promise<ChildProcess> {
  const child = ipc
    ? fork(fixture, [mode], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    : spawn(process.execPath, [fixture, mode], { stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit')
  return code as number | null
}

describe('runProcess', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and exits 0', async (signal) => {
    const child = await start('drains')
    child.kill(signal)
    expect(await exitOf(child)).toBe(0)
  })

  it('exits 1 on a second signal', async () => {
    const child = await start('hangs')
    child.kill('SIGTERM')
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    // The first repeats may still count as the same signal, passed on by npm.
    const repeat = setInterval(() => child.kill('SIGTERM'), 10)
    expect(await exitOf(child)).toBe(1)
    clearInterval(repeat)
  })

  it('takes a signal that npm passes on a second time for the same one', async () => {
    const child = await start('drains')
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await exitOf(child)).toBe(0)
  })

  it('drains when its parent’s channel closes', async () => {
    const child = await start('drains', true)
    child.disconnect()
    expect(await exitOf(child)).toBe(0)
  })

  it('exits 1 on an unhandled rejection', async () => {
    const child = await start('rejects')
    expect(await exitOf(child)).toBe(1)
  })
})
