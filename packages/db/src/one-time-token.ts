import { hash, randomBytes } from 'node:crypto'

/** 256 random bits for a link or a cookie; only the SHA-256 is stored. */
export type OneTimeToken = { readonly text: string; readonly hash: Buffer }

export function newToken(): OneTimeToken {
  const text = randomBytes(32).toString('base64url')
  return { text, hash: tokenHash(text) }
}

export function tokenHash(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
