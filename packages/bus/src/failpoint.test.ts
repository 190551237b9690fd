import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { failpoint as failpointOff } from './failpoint.off.ts'
import { parseFailpoint } from './failpoint.ts'

describe('failpoint', () => {
  it.each([
    ['after_append', { name: 'after_append', nth: undefined, action: { kind: 'kill' } }],
    ['after_append#3', { name: 'after_append', nth: 3, action: { kind: 'kill' } }],
    ['after_claim=stop', { name: 'after_claim', nth: undefined, action: { kind: 'stop' } }],
    ['after_claim#2=throw', { name: 'after_claim', nth: 2, action: { kind: 'throw' } }],
    ['p0=delay:250', { name: 'p0', nth: undefined, action: { kind: 'delay', ms: 250 } }],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s', (text, expected) => {
    expect(parseFailpoint(text)).toEqual(expected)
  })

  it.each(['after append', 'a#0', 'a#-1', 'a=explode', 'a=delay', 'a=delay:1s', 'a,b', '=kill'])(
    'refuses %s',
    (text) => {
      expect(() => parseFailpoint(text)).toThrow(/EVENTMESH_FAILPOINT/)
    },
  )

  it('kills the process on the chosen pass and at no other name', async () => {
    const { lines, child } = run('hit#2', `await pass('miss'); await pass('hit'); await pass('hit'); say('alive')`)
    const [, signal] = await once(child, 'close')
    expect(signal).toBe('SIGKILL')
    expect(lines()).toEqual(['passed miss', 'passed hit'])
  })

  it('throws', async () => {
    const { lines, child } = run('hit=throw', `await pass('hit').catch((error) => say(error.name))`)
    await once(child, 'close')
    expect(lines()).toEqual(['FailpointError'])
  })

  it('delays', async () => {
    const { lines, child } = run(
      'hit=delay:50',
      `const before = performance.now(); await pass('hit'); say(performance.now() - before >= 49)`,
    )
    await once(child, 'close')
    expect(lines()).toEqual(['passed hit', 'true'])
  })

  it.runIf(process.platform === 'linux')('stops the process until it is told to go on', async () => {
    const { lines, child } = run('hit=stop', `await pass('hit')`)
    await expect.poll(() => stateOf(child), { timeout: 10_000 }).toBe('T')
    expect(lines()).toEqual([])
    child.kill('SIGCONT')
    await once(child, 'close')
    expect(lines()).toEqual(['passed hit'])
  })

  it('is nothing to await without the variable, and in the production bundle', async () => {
    const { lines, child } = run(undefined, `say(failpoint('hit') === undefined)`)
    await once(child, 'close')
    expect(lines()).toEqual(['true'])
    expect(failpointOff('hit')).toBeUndefined()
  })
})

function run(armed: string | undefined, script: string): { lines: () => string[]; child: ChildProcess } {
  const source = `
    import { writeSync } from 'node:fs'
    import { failpoint } from '${new URL('./failpoint.ts', import.meta.url)}'
    const say = (text) => writeSync(1, text + '\\n')
    const pass = async (name) => { await failpoint(name); say('passed ' + name) }
    ${script}`
  const { EVENTMESH_FAILPOINT: _, ...env } = process.env
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    env: armed === undefined ? env : { ...env, EVENTMESH_FAILPOINT: armed },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk
  })
  return { lines: () => text.split('\n').filter((line) => line !== ''), child }
}

// Field 3 of /proc/<pid>/stat, behind the command in parentheses (proc(5)).
function stateOf(child: ChildProcess): string | undefined {
  return readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.[0]
}
