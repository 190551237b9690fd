import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { add, type Counts, failedWhole, failureLine, none, notRun, run } from './check.ts'

/** In a real Chromium: EVENTMESH_TEST_CHROMIUM, the system's, or Debian's where it may be installed. */
export async function checkBrowser(title: string, directory: string, environment = {}): Promise<Counts> {
  const chromium = process.env.EVENTMESH_TEST_CHROMIUM ?? findChromium()
  if (chromium === undefined) {
    notRun(`${title}: no Chromium; install one and set EVENTMESH_TEST_CHROMIUM to its path`)
    return none
  }
  const own = mkdtempSync(join(tmpdir(), 'eventmesh-browser-'))
  const report = join(own, 'report.json')
  try {
    const code = await run(
      title,
      'playwright',
      ['test', '--config', join(directory, 'playwright.config.ts'), '--reporter=list,json'],
      { ...environment, EVENTMESH_TEST_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    )
    const counts = readReport(title, directory, report)
    return code !== 0 && counts.failed === 0 ? add(counts, failedWhole(title)) : counts
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** The same browser without a window to draw, in four fifths of the time. */
const shell = '/usr/bin/chromium-headless-shell'
const places = [shell, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export function findChromium(): string | undefined {
  if (existsSync(shell) || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return places.find(existsSync)
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-q', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  apt('update')
  for (const name of ['chromium-headless-shell', 'chromium']) {
    apt('install', '--no-install-recommends', name)
    const found = places.find(existsSync)
    if (found !== undefined) return found
  }
  return undefined
}

type Suite = {
  readonly suites?: readonly Suite[]
  readonly specs: readonly {
    readonly ok: boolean
    readonly file: string
    readonly title: string
    readonly tests: readonly { readonly results: readonly { readonly error?: { readonly message?: string } }[] }[]
  }[]
}

type Report = {
  readonly suites: readonly Suite[]
  readonly stats: {
    readonly expected: number
    readonly flaky: number
    readonly unexpected: number
    readonly skipped: number
  }
}

function readReport(title: string, directory: string, file: string): Counts {
  try {
    const { stats, suites } = JSON.parse(readFileSync(file, 'utf8')) as Report
    const failures = suites
      .flatMap(specsOf)
      .filter(({ ok }) => !ok)
      .map((spec) => failureLine(join(directory, spec.file), spec.title, spec.tests[0]?.results[0]?.error?.message))
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped, failures }
  } catch {
    // Its own output above says why there is no report.
    return failedWhole(title)
  }
}

function specsOf({ suites = [], specs }: Suite): Suite['specs'] {
  return [...specs, ...suites.flatMap(specsOf)]
}
