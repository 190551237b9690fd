import { hash, hkdfSync } from 'node:crypto'
import type { SourceId, TenantId } from '@eventmesh/envelope'
import { z } from 'zod'

/**
 * Provider secrets at rest: X25519 sealed boxes (libsodium's crypto_box_seal) to the master key's public half. Whoever
 * has the public half can seal; opening needs EVENTMESH_SECRET_KEY. Tenant and source stand inside and are compared on
 * opening, so a box that was moved to another row says nothing. See docs/decisions/0004-sealed-secrets.md.
 */
export type SealingKey = {
  /** 16 hex digits: which master key opens the box. */
  readonly keyId: string
  readonly publicKey: Buffer
}

/** The private half stays in a closure: no log line, dump or JSON of this object can hold it. */
export type MasterKey = SealingKey & {
  /** Undefined: not sealed to this key, or changed since. */
  unseal(sealed: Buffer): Buffer | undefined
}

export type SealedSecret = { readonly sealed: Buffer; readonly keyId: string }
export type SecretPlace = { readonly tenantId: TenantId; readonly sourceId: SourceId }

export type Opened =
  | { readonly ok: true; readonly secret: string }
  /**
   * `unknown_key`: none of the given keys has its id. `damaged`: the box does not open. `other_place`: it was sealed for
   * another tenant or source.
   */
  | { readonly ok: false; readonly why: 'unknown_key' | 'damaged' | 'other_place' }

export const masterKeyBytes = 32

/** The key pair that follows from the 32 bytes of EVENTMESH_SECRET_KEY; the same bytes always give the same pair. */
export async function createMasterKey(secretKey: Buffer): Promise<MasterKey> {
  if (secretKey.length !== masterKeyBytes) throw new RangeError(`a master key has ${masterKeyBytes} bytes`)
  const sodium = await loadSodium()
  const seed = hkdfSync('sha256', secretKey, '', 'eventmesh/sealed-secrets/1', sodium.crypto_box_SEEDBYTES)
  const pair = sodium.crypto_box_seed_keypair(new Uint8Array(seed))
  const publicKey = Buffer.from(pair.publicKey)
  return {
    keyId: hash('sha256', Buffer.concat([Buffer.from('eventmesh/master-key-id/1'), publicKey])).slice(0, 16),
    publicKey,
    unseal(sealed) {
      try {
        return Buffer.from(sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey))
      } catch {
        // libsodium's one way to say that a box does not open with this key.
        return undefined
      }
    },
  }
}

export async function sealSecret(key: SealingKey, place: SecretPlace, secret: string): Promise<SealedSecret> {
  const sodium = await loadSodium()
  const text = JSON.stringify({ tenant: place.tenantId, source: place.sourceId, secret })
  return { sealed: Buffer.from(sodium.crypto_box_seal(text, key.publicKey)), keyId: key.keyId }
}

/** About 0.5 ms: keep what was opened, do not open per request. */
export function openSecret(keys: readonly MasterKey[], place: SecretPlace, { sealed, keyId }: SealedSecret): Opened {
  const key = keys.find((each) => each.keyId === keyId)
  if (key === undefined) return { ok: false, why: 'unknown_key' }
  const opened = key.unseal(sealed)
  const content = opened === undefined ? undefined : readContent(opened)
  if (content === undefined) return { ok: false, why: 'damaged' }
  if (content.tenant !== place.tenantId || content.source !== place.sourceId) return { ok: false, why: 'other_place' }
  return { ok: true, secret: content.secret }
}

const contentSchema = z.object({ tenant: z.string(), source: z.string(), secret: z.string() })

function readContent(opened: Buffer): z.infer<typeof contentSchema> | undefined {
  try {
    return contentSchema.safeParse(JSON.parse(opened.toString('utf8'))).data
  } catch {
    // No JSON: somebody else sealed something else to our public key.
    return undefined
  }
}

// Half a megabyte of WebAssembly and some 100 ms: only who seals or opens waits for it.
async function loadSodium() {
  const { default: sodium } = await import('libsodium-wrappers')
  await sodium.ready
  return sodium
}
