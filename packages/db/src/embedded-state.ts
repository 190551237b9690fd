import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ProcessRole, processRoles } from './roles.ts'
import { temporaryName } from './temporary-files.ts'

/** What the embedded server's directory remembers beside the data: how to get in. Mode 0600. */
export type EmbeddedState = z.infer<typeof stateSchema>

const password = z.string().regex(/^[A-Za-z0-9_-]{32}$/)

const stateSchema = z.object({
  /** The port of the last start; the next one asks for it again, so an open client finds its server. */
  port: z.int().min(1).max(65_535).optional(),
  passwords: z.object({
    superuser: password,
    migrator: password,
    ingest: password,
    engine: password,
    console: password,
  } satisfies Record<ProcessRole | 'superuser', typeof password>),
})

/** Undefined when there is none; throws when it is not readable as one. */
export async function readState(dataDir: string): Promise<EmbeddedState | undefined> {
  const path = statePath(dataDir)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const parsed = stateSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new Error(`${path} is damaged: restore it, or remove it to get new passwords`)
  return parsed.data
}

/** Makes new passwords unless another process just did; answers whose won. */
export async function createState(dataDir: string): Promise<EmbeddedState> {
  const newPassword = () => randomBytes(24).toString('base64url')
  const roles = Object.fromEntries(processRoles.map((role) => [role, newPassword()]))
  const state = stateSchema.parse({ passwords: { superuser: newPassword(), ...roles } })
  const mine = await writeAside(dataDir, state)
  try {
    // A link is made whole or not at all, and only where there is none.
    await link(mine, statePath(dataDir))
    return state
  } catch (error) {
    const theirs = await readState(dataDir)
    if (theirs === undefined) throw error
    return theirs
  } finally {
    await rm(mine)
  }
}

export async function writeState(dataDir: string, state: EmbeddedState): Promise<void> {
  await rename(await writeAside(dataDir, state), statePath(dataDir))
}

async function writeAside(dataDir: string, state: EmbeddedState): Promise<string> {
  const path = temporaryName(statePath(dataDir))
  await writeFile(path, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600, flush: true })
  return path
}

function statePath(dataDir: string): string {
  return join(dataDir, 'embedded.json')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema refuses undefined with the one message that this file has.
    return undefined
  }
}
