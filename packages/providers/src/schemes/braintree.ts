import { createHmac, hash } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { formField, readForm } from './form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'

/** Braintree (braintree_node webhook_notification_gateway): HMAC-SHA1 with SHA1(private key), pairs per public key. */
export function braintree(): Scheme {
  return {
    id: 'braintree',
    summary: 'HMAC-SHA-1 of `bt_payload` in `bt_signature`, one pair per public key',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: true,
    coverage: 'All of `bt_payload` is covered; other fields of the form are not.',
    verify({ request, secrets }) {
      const fields = readForm(request.body)
      const signature = formField(fields, 'bt_signature')
      const payload = formField(fields, 'bt_payload')
      if (!signature || !payload) return missing('bt_signature and bt_payload are needed')
      // The endpoint signs such texts in answer to a challenge.
      if (/^[0-9a-f]{20,32}\n?$/.test(payload)) return mismatch('bt_payload could be a challenge')
      const pairs = signature.split('&').map((pair) => pair.split('|'))
      let matched: string | null = null
      for (const secret of secrets) {
        const keys = keyPair(secret.value)
        const text = keys === undefined ? undefined : pairs.find(([name]) => name === keys.publicKey)?.[1]
        const received = decode(text ?? '', 'hex')
        if (keys === undefined || received === undefined) continue
        for (const signed of [payload, `${payload}\n`]) {
          if (equalBytes(braintreeDigest(keys.privateKey, signed), received) && matched === null) matched = secret.id
        }
      }
      return matched === null ? mismatch('no key pair of this source gives the signature') : proven(matched)
    },
    sign(input) {
      const keys = keyPair(input.secret)
      if (keys === undefined) return { headers: [] }
      const payload = formField(readForm(input.body), 'bt_payload') ?? ''
      const signature = `${keys.publicKey}|${braintreeDigest(keys.privateKey, payload).toString('hex')}`
      const body = new URLSearchParams({ bt_signature: signature, bt_payload: payload }).toString()
      return { headers: [], body: Buffer.from(body) }
    },
  }
}

/** `public_key|private_key`. */
export function keyPair(secret: string): { readonly publicKey: string; readonly privateKey: string } | undefined {
  const parts = secret.split('|')
  if (parts.length !== 2 || parts[0] === '' || parts[1] === '') return undefined
  return { publicKey: parts[0]!, privateKey: parts[1]! }
}

export function braintreeDigest(privateKey: string, text: string): Buffer {
  return createHmac('sha1', hash('sha1', privateKey, 'buffer'))
    .update(text)
    .digest()
}
