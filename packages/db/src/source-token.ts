import { hash } from 'node:crypto'
import { randomBase62 } from './base62.ts'

/** What makes a source's address a secret: 32 base62 characters, 190 random bits. Only its SHA-256 is stored. */
export type NewToken = { readonly text: string; readonly hash: Buffer }

export function generateToken(): NewToken {
  const text = randomBase62(32)
  return { text, hash: tokenHash(text) }
}

/** Of any text: what cannot be a token costs the same and is found as little. */
export function tokenHash(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** `base`: EVENTMESH_INGEST_URL. */
export function sourceUrl(base: string, token: string): string {
  return `${base.replace(/\/+$/, '')}/hooks/${token}`
}

/** The same text with each token of a source's address taken out, for what is kept or shown. */
export function withoutTokens(text: string): string {
  return text.replace(/\/hooks\/[A-Za-z0-9_-]+/g, '/hooks/…')
}
