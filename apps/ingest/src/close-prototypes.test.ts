import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

it('leaves no way to give every object a new member', () => {
  const module = pathToFileURL(join(import.meta.dirname, 'close-prototypes.ts')).href
  const script = `
    import { closePrototypes } from ${JSON.stringify(module)}
    closePrototypes()
    const merge = (to, from) => { for (const k in from) { if (typeof from[k] === 'object') merge(to[k], from[k]); else to[k] = from[k] } }
    try { merge({}, JSON.parse('{"__proto__":{"polluted":1}}')) } catch {}
    const old = function () {}
    old.prototype.constructor = old
    console.log(({}).polluted, [].polluted, new old().constructor === old)`
  const output = execFileSync(process.execPath, [
    '--input-type=module',
    '--disable-warning=ExperimentalWarning',
    '-e',
    script,
  ])
  expect(output.toString().trim()).toBe('undefined undefined true')
})
