import { BlockList, isIP } from 'node:net'
import type { KeyRecord } from '@eventmesh/db'
import { CredentialCache } from './credential-cache.ts'
import type { Limits } from './limits.ts'

/** A key's record with what is derived from it once. */
export type CachedKey = KeyRecord & { readonly allowedAddresses: BlockList | undefined }

export type KeyLookup = (hash: Buffer) => Promise<KeyRecord | undefined>

/** API keys by the hash of their text. */
export class KeyCache extends CredentialCache<CachedKey> {
  constructor(lookup: KeyLookup, limits: Limits) {
    super(async (hash) => {
      const record = await lookup(hash)
      return record === undefined ? undefined : { ...record, allowedAddresses: addressList(record.allowedIps) }
    }, limits)
  }
}

function addressList(ranges: readonly string[]): BlockList | undefined {
  if (ranges.length === 0) return undefined
  const list = new BlockList()
  for (const range of ranges) {
    const [address, bits] = range.split('/')
    const family = isIP(address!) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address!, family)
    else list.addSubnet(address!, Number(bits), family)
  }
  return list
}
