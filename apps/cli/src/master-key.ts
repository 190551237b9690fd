import { createMasterKey, type Database, type MasterKey, masterKeys } from '@eventmesh/db'
import { readSecretKeys, type SecretKeys } from '@eventmesh/runtime'
import { dataDirectory } from './connection.ts'
import { CommandError } from './usage.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The master keys that the operator's environment names; a development directory's own where none is. */
export type OperatorKeys = { readonly current: MasterKey | undefined; readonly previous: MasterKey | undefined }

export async function readMasterKeys(environment: Environment): Promise<OperatorKeys> {
  const read = readKeyBytes(environment)
  if (!read.ok) throw new CommandError(read.problems.join('\n'))
  const [current, previous] = await Promise.all(
    [read.current, read.previous].map((bytes) => (bytes === undefined ? undefined : createMasterKey(bytes))),
  )
  return { current, previous }
}

export function readKeyBytes(environment: Environment): SecretKeys {
  const isDevelopment = !environment.DATABASE_URL || environment.EVENTMESH_DURABILITY === 'dev'
  return readSecretKeys(environment, isDevelopment ? { dataDir: dataDirectory(environment) } : {})
}

/**
 * Makes the public half known to the database, so that whoever adds a secret can seal it. Answers what the operator
 * should still do, if anything; throws when secrets are sealed to a key that is not at hand.
 */
export async function publishMasterKey(db: Database, keys: OperatorKeys): Promise<string | undefined> {
  if (keys.current === undefined) return undefined
  const published = await masterKeys.publish(db, keys.current)
  if (published.ok) return undefined
  const known = await masterKeys.current(db)
  if (keys.previous !== undefined && keys.previous.keyId === known?.keyId) {
    return 'the secrets of sources are sealed to the previous master key; next: npm run -s eventmesh -- source secret reseal'
  }
  throw new CommandError(
    `EVENTMESH_SECRET_KEY: ${published.detail}; set the key they are sealed to, or change keys with EVENTMESH_SECRET_KEY_PREVIOUS and: source secret reseal`,
  )
}
