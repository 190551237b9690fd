import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAdvisories } from './advisories.ts'
import { checkBrowser } from './browser.ts'
import { add, checkSuite, conclude } from './check.ts'
import { verify } from './verification.ts'

// Everything there is to test, the quick loop first. A suite whose part is missing on this machine adds a line to
// EVENTMESH_NOT_RUN_FILE; these lines are repeated at the end (on CI its test has failed as well).
const directory = mkdtempSync(join(tmpdir(), 'eventmesh-test-'))
const notRunFile = join(directory, 'not-run')
process.env.EVENTMESH_NOT_RUN_FILE = notRunFile

const counts = add(
  await verify(),
  checkAdvisories('advisories'),
  await checkSuite('adapters under faults', ['--config', 'vitest.faults.config.ts']),
  await checkSuite('end to end, with real processes', ['--config', 'tests/e2e/vitest.config.ts']),
  await checkBrowser('the console in a browser', 'tests/e2e/console'),
  await checkBrowser("the console's budgets on a million rows", 'tests/budgets'),
)
const notRun = readNotRun()
rmSync(directory, { recursive: true, force: true })

conclude(counts, notRun)

function readNotRun(): readonly string[] {
  try {
    return [
      ...new Set(
        readFileSync(notRunFile, 'utf8')
          .split('\n')
          .filter((line) => line !== ''),
      ),
    ]
  } catch {
    // Nobody wrote one: everything ran.
    return []
  }
}
