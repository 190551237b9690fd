import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** What a check found: one command counts as one, a suite as its tests. `failures` names each that failed, a line each. */
export type Counts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly string[]
}

/** Once a signal came, what follows is not begun any more and counts as failed. */
let stoppedBy: NodeJS.Signals | undefined

export const none: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] }

export const failedWhole = (title: string): Counts => ({ ...none, failed: 1, failures: [title] })

export function add(...all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
      failures: [...sum.failures, ...each.failures],
    }),
    none,
  )
}

/** Runs a command with its output shown; exit 0 is one passed, anything else one failed. */
export async function checkCommand(
  title: string,
  command: string,
  args: readonly string[],
  environment = {},
): Promise<Counts> {
  const isGood = (await run(title, command, args, environment)) === 0
  return isGood ? { ...none, passed: 1 } : failedWhole(title)
}

/** Runs vitest; a file that could not be loaded and a run that ended without a report count as failed. */
export async function checkSuite(title: string, args: readonly string[], environment = {}): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), 'eventmesh-check-'))
  const report = join(directory, 'report.json')
  try {
    const code = await run(
      title,
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      environment,
    )
    const counts = readReport(title, report)
    return code !== 0 && counts.failed === 0 ? add(counts, failedWhole(title)) : counts
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests?: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

function readReport(title: string, file: string): Counts {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    const notLoaded = report.testResults.filter(
      (each) => each.status === 'failed' && each.assertionResults.length === 0,
    )
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + notLoaded.length,
      skipped: report.numPendingTests + (report.numTodoTests ?? 0),
      failures: [
        ...notLoaded.map(({ name, message }) => failureLine(name, 'could not be loaded', message)),
        ...report.testResults.flatMap(({ name, assertionResults }) =>
          assertionResults
            .filter(({ status }) => status === 'failed')
            .map(({ fullName, failureMessages }) => failureLine(name, fullName, failureMessages[0])),
        ),
      ],
    }
  } catch {
    // Its own output above says why there is no report.
    return failedWhole(title)
  }
}

/** On one line, so that the end of a long output still says what failed and why. */
export function failureLine(file: string, name: string, message = ''): string {
  const why = stripVTControlCharacters(message).split('\n', 1)[0] ?? ''
  return `${relative(process.cwd(), file)}: ${name}: ${why}`.slice(0, 400)
}

/** The last lines of a run: what failed, what did not run, and the counts; sets the exit code. */
export function conclude({ passed, failed, skipped, failures }: Counts, notRunLines: readonly string[] = []): void {
  process.stdout.write('\n')
  for (const line of failures) process.stdout.write(`FAILED: ${line}\n`)
  for (const line of notRunLines) process.stdout.write(`NOT RUN: ${line}\n`)
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

/** A part that this machine lacks: `npm test` repeats the line at its end. */
export function notRun(line: string): void {
  const file = process.env.EVENTMESH_NOT_RUN_FILE
  if (file !== undefined) appendFileSync(file, `${line}\n`)
}

/** Runs a program of the project with its output shown; resolves with its exit code. */
export function run(
  title: string,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  if (stoppedBy !== undefined) return Promise.resolve(1)
  const startedAt = Date.now()
  process.stdout.write(`\n── ${title}: ${[command, ...args].join(' ')}\n`)
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: ownPath(), ...environment },
    })
    const pass = (signal: NodeJS.Signals) => {
      stoppedBy = signal
      child.kill(signal)
    }
    process.on('SIGINT', pass).on('SIGTERM', pass)
    const end = (code: number, how: string) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      process.stdout.write(`── ${title}: ${how} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`)
      resolve(code)
    }
    child.on('error', (error) => end(1, `could not be run (${error.message})`))
    child.on('exit', (code, signal) => end(code ?? 1, code === 0 ? 'passed' : `failed (${signal ?? `exit ${code}`})`))
  })
}

/** The pinned Node and the project's own programs come before the host's. */
function ownPath(): string {
  return [join('node_modules', 'node', 'bin'), join('node_modules', '.bin'), process.env.PATH ?? '']
    .map((path, index) => (index < 2 ? join(process.cwd(), path) : path))
    .join(delimiter)
}
