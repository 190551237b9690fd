import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { freePorts } from './ports.ts'

test('neighbouring ports belong to the process that asked, though nothing listens on them yet', async () => {
  const mine = await Promise.all(Array.from({ length: 100 }, () => freePorts(13)))
  // Another process.
  const ask = `import(${JSON.stringify(new URL('ports.ts', import.meta.url).href)}).then(async ({ freePorts }) => {
    const theirs = await Promise.all(Array.from({ length: 100 }, () => freePorts(13)))
    console.log(JSON.stringify(theirs))
  })`
  const theirs: number[] = JSON.parse(execFileSync(process.execPath, ['-e', ask], { encoding: 'utf8' }))
  const blocks = [...mine, ...theirs].map((first) => Math.floor(first / 32))
  expect(new Set(blocks).size).toBe(200)
})
