import { execFile } from 'node:child_process'
import { type Stats, statSync } from 'node:fs'
import { chown, lstat, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The operating-system user that the server runs as; undefined means: as ourselves. */
export type ServerUser = {
  readonly uid: number
  readonly gid: number
  /** It may pass directories that are closed to it: a project or data directory below root's own home. */
  readonly entersAnywhere: boolean
}

const run = promisify(execFile)
const name = 'postgres'

/**
 * Postgres refuses to run as root, so a root process lends it the user `postgres`, made here when missing.
 * Throws with what to do when no such user can be made.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const found = await lookUp()
  if (found !== undefined) return found
  await create()
  const created = await lookUp()
  if (created === undefined) throw new Error(cannotCreate)
  return created
}

/**
 * The user that can reach each of the paths. Where a directory above one is closed to it, the server keeps root's right
 * to pass (CAP_DAC_OVERRIDE, by `setpriv` of util-linux); throws with one clear line where that cannot be had.
 */
export async function reaching(
  user: ServerUser | undefined,
  paths: readonly { readonly path: string; readonly wayOut: string }[],
): Promise<ServerUser | undefined> {
  if (user === undefined) return undefined
  for (const { path, wayOut } of paths) {
    const closed = closedAbove(path, user)
    if (closed === undefined) continue
    const able = { ...user, entersAnywhere: true }
    if (await mayPass(able, closed)) return able
    throw new Error(
      `started as root, Postgres runs as user ${name}, who may not enter ${closed}: run "chmod o+x '${closed}'" or ${wayOut}`,
    )
  }
  return user
}

/** What to spawn so that `program` runs as the user; its process id is the program's. */
export function asUser(user: ServerUser | undefined, program: string, args: readonly string[]) {
  if (user === undefined) return { command: program, args, options: {} }
  const { uid, gid, entersAnywhere } = user
  if (!entersAnywhere) return { command: program, args, options: { uid, gid } }
  // no_setuid_fixup: access(2), with which initdb looks for its siblings, respects the right too.
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  const setpriv = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...rights]
  return { command: 'setpriv', args: [...setpriv, program, ...args], options: {} }
}

async function mayPass(user: ServerUser, directory: string): Promise<boolean> {
  const { command, args } = asUser(user, 'test', ['-x', directory])
  return await run(command, [...args]).then(
    () => true,
    () => false,
  )
}

function closedAbove(path: string, user: ServerUser): string | undefined {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (!mayEnter(statSync(directory), user)) return directory
    if (directory === dirname(directory)) return undefined
  }
}

/** Gives a directory with all that is in it to the server's user. */
export async function giveTo(path: string, user: ServerUser | undefined): Promise<void> {
  if (user === undefined) return
  const found = await lstat(path)
  if (found.uid !== user.uid || found.gid !== user.gid) await chown(path, user.uid, user.gid)
  if (!found.isDirectory()) return
  for (const child of await readdir(path)) await giveTo(join(path, child), user)
}

const cannotCreate = `started as root, Postgres needs an unprivileged user: run "useradd --system ${name}", or start EventMesh as another user`

async function lookUp(): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10), entersAnywhere: false }
  } catch {
    // `id` fails for an unknown user: the answer is "none".
    return undefined
  }
}

// shadow (Debian, Red Hat) first, then busybox (Alpine).
async function create(): Promise<void> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name])
  } catch {
    // No `useradd` here, or it refused: busybox is the last try and reports for both.
    await run('adduser', ['-S', '-D', '-H', name]).catch((cause: unknown) => {
      throw new Error(cannotCreate, { cause })
    })
  }
}

function mayEnter(directory: Stats, user: ServerUser): boolean {
  if (directory.uid === user.uid) return (directory.mode & 0o100) !== 0
  if (directory.gid === user.gid) return (directory.mode & 0o010) !== 0
  return (directory.mode & 0o001) !== 0
}
