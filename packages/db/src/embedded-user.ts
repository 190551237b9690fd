import { execFile } from 'node:child_process'
import { type Stats, statSync } from 'node:fs'
import { chown, lstat, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The operating-system user that the server runs as; undefined means: as ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number }

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

/** Throws with one clear line unless `user` may enter every directory above `path`. */
export function checkReachable(path: string, user: ServerUser | undefined, wayOut: string): void {
  if (user === undefined) return
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (!mayEnter(statSync(directory), user)) {
      throw new Error(
        `started as root, Postgres runs as user ${name}, who may not enter ${directory}: run "chmod o+x '${directory}'" or ${wayOut}`,
      )
    }
    if (directory === dirname(directory)) return
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
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) }
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
