import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { decode, decodePasted } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'
import { ed25519Key } from './standard-webhooks.ts'
import { outsideBounds, readSignedTime } from './time.ts'

/** Discord: Ed25519 of `{timestamp}{body}`, hex; the secret is the application's public key, 64 hex digits. */
export function ed25519Discord(): Scheme {
  return publicKeySignature({
    id: 'ed25519-discord',
    summary: 'Ed25519 of `{timestamp}{body}` in hex, in `x-signature-ed25519`',
    signature: 'x-signature-ed25519',
    timestamp: 'x-signature-timestamp',
    read: (text) => decode(text, 'hex'),
    fault: (text) => digestFault(text, 64, 'hex'),
    verifies(key, signed, signature) {
      const bytes = decode(key, 'hex')
      return (
        bytes?.length === 32 && signature.length === 64 && verifySignature(null, signed, ed25519Key(bytes), signature)
      )
    },
  })
}

/** SendGrid: ECDSA P-256 with SHA-256 of `{timestamp}{body}`, DER in base64; the secret is a base64 SPKI. */
export function ecdsaSendgrid(): Scheme {
  return publicKeySignature({
    id: 'ecdsa-sendgrid',
    summary: 'ECDSA (P-256, SHA-256) of `{timestamp}{body}` in base64, in `x-twilio-email-event-webhook-signature`',
    signature: 'x-twilio-email-event-webhook-signature',
    timestamp: 'x-twilio-email-event-webhook-timestamp',
    read: (text) => decode(text, 'base64'),
    fault: (text) => (isDer(decode(text, 'base64')) ? undefined : 'expected an ECDSA signature (DER) in base64'),
    verifies(key, signed, signature) {
      const der = decodePasted(key)
      if (der === undefined) return false
      try {
        const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
        return publicKey.asymmetricKeyType === 'ec' && verifySignature('sha256', signed, publicKey, signature)
      } catch {
        // OpenSSL throws on what is no key: it verifies nothing.
        return false
      }
    },
  })
}

/** A sequence of exactly the length it states: what every signature on P-256 is. */
function isDer(bytes: Buffer | undefined): boolean {
  return bytes?.[0] === 0x30 && bytes[1] === bytes.length - 2
}

function publicKeySignature(parameters: {
  readonly id: string
  readonly summary: string
  readonly signature: string
  readonly timestamp: string
  readonly read: (text: string) => Buffer | undefined
  readonly fault: (text: string) => string | undefined
  readonly verifies: (key: string, signed: Buffer, signature: Buffer) => boolean
}): Scheme {
  return {
    id: parameters.id,
    summary: parameters.summary,
    headers: [parameters.signature, parameters.timestamp],
    required: [parameters.signature],
    signsUrl: false,
    coversBody: true,
    verify(input) {
      const { headers, body } = input.request
      const value = headers.get(parameters.signature) ?? ''
      const time = headers.get(parameters.timestamp) ?? ''
      if (value === '' || time === '') return missing(`${parameters.signature} and ${parameters.timestamp} are needed`)
      const signature = parameters.read(value)
      if (signature === undefined) return mismatch(`${parameters.signature} is malformed`)
      const signed = Buffer.concat([Buffer.from(time, 'latin1'), body])
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (parameters.verifies(secret.value, signed, signature) && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no key of this source verifies the signature')
      const signedAt = readSignedTime(time, 's') ?? { text: time, ms: Number.NaN }
      return outsideBounds(input, signedAt, undefined) ?? proven(matched, signedAt)
    },
    malformed(headers) {
      const value = headers.get(parameters.signature)
      return value === undefined ? undefined : parameters.fault(value)
    },
  }
}
