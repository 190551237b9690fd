import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { add, type Counts, checkCommand, checkSuite } from './check.ts'

/** The quick loop: types, lint, import rules, then unit and contract tests (the schema's dump is compared by one). */
export async function verify(): Promise<Counts> {
  return add(
    await checkTypes(),
    await checkCommand('lint', 'biome', ['check', '--error-on-warnings', '.']),
    await checkCommand('import rules', 'depcruise', [
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'packages',
      'scripts',
      'tests',
    ]),
    await checkSuite('unit and contract tests', []),
  )
}

const nativeCompiler = 'node_modules/typescript-7/bin/tsc'

/** turbo runs each package's script through pnpm, which the host need not have. */
async function checkTypes(): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), 'eventmesh-pnpm-'))
  try {
    const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8')) as { packageManager: string }
    writeFileSync(join(directory, 'pnpm'), `#!/bin/sh\nexec npx -y ${packageManager} "$@"\n`, { mode: 0o755 })
    const bin = join(process.cwd(), 'node_modules')
    const PATH = [directory, join(bin, 'node', 'bin'), join(bin, '.bin'), process.env.PATH ?? ''].join(delimiter)
    // Loose: npm's own settings (registry, proxy, certificates) reach pnpm.
    return add(
      await checkCommand(
        'types of packages',
        'turbo',
        ['run', 'typecheck', '--env-mode=loose', '--output-logs=errors-only'],
        { PATH, TURBO_TELEMETRY_DISABLED: '1' },
      ),
      await checkCommand('types of scripts and tests', 'node', [nativeCompiler, '-p', 'tsconfig.json']),
      await checkCommand('types of browser tests', 'node', [nativeCompiler, '-p', 'tests/e2e/console/tsconfig.json']),
      await checkCommand('types of budgets', 'node', [nativeCompiler, '-p', 'tests/budgets/tsconfig.json']),
      await checkCommand('types of pictures', 'node', [nativeCompiler, '-p', 'tests/screenshots/tsconfig.json']),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
