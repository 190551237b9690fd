import { createHmac } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const time = 'box-delivery-timestamp'
const signatures = ['box-signature-primary', 'box-signature-secondary']
const bounds = { pastS: 600 }

/** Box (box-node-sdk, managers/webhooks.ts): HMAC-SHA256 of `{body}{timestamp}` under two keys; either may match. */
export function box(): Scheme {
  return {
    id: 'box',
    summary: 'HMAC-SHA-256 of `{body}{timestamp}` in base64, in `box-signature-primary` or `box-signature-secondary`',
    headers: [...signatures, time, 'box-signature-version', 'box-signature-algorithm'],
    required: ['box-signature-primary'],
    signsUrl: false,
    coversBody: true,
    bounds,
    verify(input) {
      const { headers, body } = input.request
      const received = signatures.flatMap((name) => headers.get(name) || [])
      const stamp = headers.get(time) ?? ''
      if (received.length === 0 || stamp === '') return missing(`${signatures[0]} and ${time} are needed`)
      if (headers.get('box-signature-version') !== '1') return mismatch('box-signature-version is not 1')
      if (headers.get('box-signature-algorithm') !== 'HmacSHA256')
        return mismatch('box-signature-algorithm is not HmacSHA256')
      const signedAt = readSignedTime(stamp, 'iso')
      if (signedAt === undefined) return mismatch(`${time} is malformed`)
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (secret.value === '') continue
        const expected = createHmac('sha256', secret.value).update(body).update(stamp).digest()
        for (const text of received) {
          const candidate = decode(text, 'base64')
          if (candidate !== undefined && equalBytes(candidate, expected) && matched === null) matched = secret.id
        }
      }
      if (matched === null) return mismatch('no secret of this source gives either signature')
      return outsideBounds(input, signedAt, bounds) ?? proven(matched, signedAt)
    },
    malformed(headers) {
      const faults = signatures
        .flatMap((name) => headers.get(name) ?? [])
        .map((text) => digestFault(text, 32, 'base64'))
      return faults.includes(undefined) ? undefined : faults[0]
    },
    sign(input) {
      const stamp = new Date(input.nowMs).toISOString()
      const signature = createHmac('sha256', input.secret).update(input.body).update(stamp).digest('base64')
      return {
        headers: [
          ['box-signature-primary', signature],
          [time, stamp],
          ['box-signature-version', '1'],
          ['box-signature-algorithm', 'HmacSHA256'],
        ],
      }
    },
  }
}
