import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process that runs `body` with a `writer` on its standard output, and tells the parent what it sends. */
function run(body: string) {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script(body)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  children.push(child)
  return child
}

function script(body: string): string {
  return `
    import { createLineWriter } from ${JSON.stringify(join(import.meta.dirname, 'line-writer.ts'))}
    const droppedLine = (count) => 'dropped ' + count + '\\n'
    const writer = createLineWriter({ fd: 1, bufferCharsMax: 1_000_000, droppedLine })
    ${body}`
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child, 'close')
  return text
}

describe('the line writer', () => {
  it('writes every line once, in order, also when the process ends at once', async () => {
    const output = await outputOf(
      run(`for (let n = 0; n < 50_000; n += 1) { writer.write(n + '\\n'); if (n % 9_000 === 0) await new Promise(setImmediate) }
      await writer.flush(5_000)
      writer.write('last\\n')
      process.exit(0)`),
    )
    expect(output).toBe(`${Array.from({ length: 50_000 }, (_, n) => n).join('\n')}\nlast\n`)
  })

  it('keeps text that is not ASCII', async () => {
    const output = await outputOf(run(`writer.write('é – 漢\\n')`))
    expect(output).toBe('é – 漢\n')
  })

  it('goes on while nobody reads, drops what exceeds its buffer, and says so when somebody reads again', async () => {
    const child = run(`
      for (let n = 0; n < 200; n += 1) { writer.write('x'.repeat(9_999) + '\\n'); await new Promise(setImmediate) }
      process.send('went on')
      await writer.flush(20_000)
      writer.write('after\\n')
      await writer.flush(20_000)
      process.disconnect()`)
    expect(await once(child, 'message')).toEqual(['went on', undefined])
    const lines = (await outputOf(child)).trimEnd().split('\n')
    const dropped = lines.map((line) => /^dropped (\d+)$/.exec(line)?.[1]).filter((count) => count !== undefined)
    expect(dropped.length).toBeGreaterThan(0)
    const kept = lines.filter((line) => line.startsWith('xxx')).length
    expect(kept + dropped.map(Number).reduce((sum, count) => sum + count, 0)).toBe(200)
    expect(lines.at(-1)).toBe('after')
  })

  it.skipIf(process.platform !== 'linux')('lets the process end while nobody reads its pipe', async () => {
    const program = script(`
      for (let n = 0; n < 200; n += 1) { writer.write('x'.repeat(9_999) + '\\n'); await new Promise(setImmediate) }
      await writer.flush(100)
      process.exit(7)`)
    const line = '{ "$NODE" "$FLAG" --input-type=module -e "$PROGRAM"; echo "code $?" >&2; } | sleep 60'
    const shell = spawn('sh', ['-c', line], {
      env: { NODE: process.execPath, FLAG: '--disable-warning=ExperimentalWarning', PROGRAM: program },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    try {
      expect(String((await once(shell.stderr, 'data'))[0])).toBe('code 7\n')
    } finally {
      process.kill(-shell.pid!, 'SIGKILL')
    }
  })

  it('lets the process go on when its reader has gone', async () => {
    const child = run(`
      process.on('message', async () => {
        for (let n = 0; n < 50; n += 1) writer.write('x'.repeat(9_999) + '\\n')
        await writer.flush(5_000)
        process.send('went on')
        process.disconnect()
      })`)
    child.stdout!.destroy()
    child.send('go')
    expect(await once(child, 'message')).toEqual(['went on', undefined])
  })
})
