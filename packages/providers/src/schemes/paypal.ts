import { type KeyObject, verify as verifySignature } from 'node:crypto'
import { decode } from '../encoding.ts'
import { certificateKey, publicKey } from './public-key.ts'
import { mismatch, missing, type ProofInput, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const headers = [
  'paypal-transmission-id',
  'paypal-transmission-time',
  'paypal-transmission-sig',
  'paypal-cert-url',
  'paypal-auth-algo',
]

/**
 * PayPal (PayPal-Java-SDK, SSLUtil): RSA-SHA256 of `{id}|{time}|{webhook id}|{crc32 of the body, decimal}` with the key
 * of the certificate that the request names, whose address must be PayPal's own.
 */
export function paypal(): Scheme {
  return {
    id: 'paypal',
    summary:
      'RSA-SHA-256 of `{transmission id}|{time}|{webhook id}|{CRC-32 of the body}`, in `paypal-transmission-sig`',
    headers,
    required: ['paypal-transmission-sig'],
    signsUrl: false,
    coversBody: true,
    coverage:
      'Of the body only its CRC-32 is covered, which whoever knows a signed delivery can keep while changing the rest.',
    verify(input) {
      const [id, time, signature, certificate, algorithm] = headers.map((name) => input.request.headers.get(name) ?? '')
      if (!id || !time || !signature) return missing('the PAYPAL-TRANSMISSION headers are needed')
      if (algorithm !== 'SHA256withRSA') return mismatch('paypal-auth-algo is not SHA256withRSA')
      const webhookId = input.options.webhook_id ?? ''
      const bytes = decode(signature, 'base64')
      if (bytes === undefined || webhookId === '')
        return mismatch('paypal-transmission-sig is no base64, or webhook_id is not set')
      const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(input.request.body)}`)

      const verifies = (key: KeyObject | undefined) =>
        key?.asymmetricKeyType === 'rsa' && verifySignature('sha256', signed, key, bytes)
      if (input.secrets.length > 0) {
        const secret = input.secrets.find(({ value }) => verifies(publicKey(value)))
        return secret === undefined
          ? mismatch('no key of this source verifies the signature')
          : within(input, time, secret.id)
      }
      if (!isPaypalUrl(certificate!)) return mismatch('paypal-cert-url is not an address of PayPal')
      const fetched = input.fetched.get(certificate!)
      if (fetched === undefined) return { ok: false, why: 'needs', needs: { kind: 'certificate', url: certificate! } }
      const key = certificateKey(fetched, input.nowMs, (name) => name === 'paypal.com' || name.endsWith('.paypal.com'))
      return verifies(key) ? within(input, time, null) : mismatch("PayPal's certificate does not verify the signature")
    },
  }
}

function within(input: ProofInput, time: string, secretId: string | null): ReturnType<Scheme['verify']> {
  const signedAt = readSignedTime(time, 'iso')
  if (signedAt === undefined) return mismatch('paypal-transmission-time is malformed')
  return outsideBounds(input, signedAt, undefined) ?? proven(secretId, signedAt)
}

function isPaypalUrl(text: string): boolean {
  return /^https:\/\/(?:[a-z0-9-]+\.)*paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/.test(text)
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}
