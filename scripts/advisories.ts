import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Counts, failedWhole, none, notRun } from './check.ts'

type Advisory = { readonly module_name: string; readonly severity: string; readonly url: string }

/** Known faults, high or worse, of what the product runs on: asked of the registry, which not every mirror answers. */
export function checkAdvisories(title: string): Counts {
  process.stdout.write(`\n── ${title}\n`)
  const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly packageManager: string }
  const { stdout, stderr } = spawnSync(
    'npx',
    ['-y', packageManager, 'audit', '--prod', '--audit-level', 'high', '--json'],
    { encoding: 'utf8', timeout: 120_000 },
  )
  const found = readAnswer(stdout)
  if (found === undefined) {
    const why = /responded with \d+|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.exec(stdout + stderr)?.[0] ?? 'no answer'
    const line = `${title}: the registry answers no questions about advisories (${why})`
    process.stdout.write(`${line}\n`)
    notRun(line)
    return none
  }
  for (const { module_name, severity, url } of found)
    process.stdout.write(`ADVISORY: ${module_name}, ${severity}: ${url}\n`)
  return found.length === 0 ? { ...none, passed: 1 } : failedWhole(title)
}

function readAnswer(text: string): readonly Advisory[] | undefined {
  try {
    const { advisories } = JSON.parse(text) as { readonly advisories?: Readonly<Record<string, Advisory>> }
    return advisories && Object.values(advisories).filter(({ severity }) => /high|critical/.test(severity))
  } catch {
    // No JSON: the registry, or what stands in its place, said something else.
    return undefined
  }
}
