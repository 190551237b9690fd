import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from './environment.ts'

/** The master key that opens the secrets of sources, and, while it is being changed, the one before. */
export const secretKeyVariables = {
  EVENTMESH_SECRET_KEY: env.text({
    secret: true,
    doc: 'Master key: 32 bytes in base64 (openssl rand -base64 32). Unset: the file named beside it; in dev secret.key of the data directory.',
  }),
  EVENTMESH_SECRET_KEY_FILE: env.text({ doc: 'File that holds the master key instead.' }),
  EVENTMESH_SECRET_KEY_PREVIOUS: env.text({
    secret: true,
    doc: 'While the master key is being changed (source secret reseal): the one before.',
  }),
  EVENTMESH_SECRET_KEY_PREVIOUS_FILE: env.text({ doc: 'File that holds the master key before instead.' }),
}

type Texts = { readonly [Name in keyof typeof secretKeyVariables]?: string | undefined }

export type SecretKeys =
  /** 32 bytes each, or undefined where none is set. */
  | { readonly ok: true; readonly current: Buffer | undefined; readonly previous: Buffer | undefined }
  /** One line each, with the variable's name and never its value. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads the keys that the variables name. `dataDir`: where a development directory keeps its own, else undefined. */
export function readSecretKeys(texts: Texts, options: { readonly dataDir?: string | undefined } = {}): SecretKeys {
  const kept = options.dataDir === undefined ? undefined : join(options.dataDir, 'secret.key')
  const standard = kept !== undefined && existsSync(kept) ? kept : undefined
  const current = readKey(texts, 'EVENTMESH_SECRET_KEY', standard)
  const previous = readKey(texts, 'EVENTMESH_SECRET_KEY_PREVIOUS', undefined)
  const problems = [current, previous].filter((read) => typeof read === 'string')
  if (typeof current === 'string' || typeof previous === 'string') return { ok: false, problems }
  if (previous !== undefined && current === undefined) {
    return { ok: false, problems: ['EVENTMESH_SECRET_KEY_PREVIOUS: is of no use without EVENTMESH_SECRET_KEY'] }
  }
  return { ok: true, current, previous }
}

type KeyName = 'EVENTMESH_SECRET_KEY' | 'EVENTMESH_SECRET_KEY_PREVIOUS'

/** A text is what is wrong. */
function readKey(texts: Texts, name: KeyName, standard: string | undefined): Buffer | string | undefined {
  // Set and empty is unset, as everywhere.
  const text = texts[name] || undefined
  const file = texts[`${name}_FILE`] || (text === undefined ? standard : undefined)
  if (text !== undefined && file !== undefined) return `${name}: set this or ${name}_FILE, not both`
  if (text !== undefined) return decodeKey(text) ?? `${name}: ${form}`
  if (file === undefined) return undefined
  const variable = file === standard ? name : `${name}_FILE`
  try {
    return decodeKey(readFileSync(file, 'utf8')) ?? `${variable}: ${file} does not hold a key; ${form}`
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return `${variable}: ${file} cannot be read (${code})`
  }
}

const form = 'it must be 32 bytes in base64 (openssl rand -base64 32)'

function decodeKey(text: string): Buffer | undefined {
  const trimmed = text.trim()
  return /^[A-Za-z0-9+/]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined
}
