import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Mode } from '@eventmesh/envelope'
import { base62, randomBase62 } from './base62.ts'

/**
 * An API key as text: `em_live_` or `em_test_`, 32 base62 characters (190 random bits), and 6 base62 characters of the
 * CRC32 (IEEE) over everything before them. For secret scanners: `\bem_(?:live|test)_[0-9A-Za-z]{38}\b`.
 */
export type NewKey = { readonly text: string; readonly hash: Buffer; readonly lastFour: string }

const form = /^em_(live|test)_[0-9A-Za-z]{38}$/
const checksumLength = 6

export function generateKey(mode: Mode): NewKey {
  const body = `em_${mode}_${randomBase62(32)}`
  const text = body + checksum(body)
  return { text, hash: hashOf(text), lastFour: text.slice(-4) }
}

/** Undefined for what cannot be a key; a typing error is found without asking the database. */
export function parseKey(text: string): { readonly mode: Mode; readonly hash: Buffer } | undefined {
  const mode = form.exec(text)?.[1]
  if (mode !== 'live' && mode !== 'test') return undefined
  const body = text.slice(0, -checksumLength)
  if (checksum(body) !== text.slice(-checksumLength)) return undefined
  return { mode, hash: hashOf(text) }
}

/** How a key is shown ever after: `em_live_…4QXa`. */
export function displayKey(mode: Mode, lastFour: string): string {
  return `em_${mode}_…${lastFour}`
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let i = 0; i < checksumLength; i += 1) {
    text = base62[rest % 62]! + text
    rest = Math.floor(rest / 62)
  }
  return text
}
