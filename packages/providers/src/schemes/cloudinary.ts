import { createHash } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { mismatch, missing, proven, type Scheme, type SourceOptions } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const header = 'x-cld-signature'
const time = 'x-cld-timestamp'
const bounds = { pastS: 7200 }

/** Cloudinary (cloudinary_npm lib/utils): a plain hash of `{body}{timestamp}{secret}`, SHA-1 unless the account says SHA-256. */
export function cloudinary(): Scheme {
  const digest = (options: SourceOptions, body: Buffer, stamp: string, secret: string) =>
    createHash(options.hash === 'sha256' ? 'sha256' : 'sha1')
      .update(body)
      .update(stamp)
      .update(secret)
      .digest()
  return {
    id: 'cloudinary',
    summary: `SHA-1 (or SHA-256) of \`{body}{timestamp}{secret}\` in hex, in \`${header}\``,
    headers: [header, time],
    required: [header],
    signsUrl: false,
    coversBody: true,
    bounds,
    verify(input) {
      const { headers, body } = input.request
      const value = headers.get(header) ?? ''
      const stamp = headers.get(time) ?? ''
      if (value === '' || stamp === '') return missing(`${header} and ${time} are needed`)
      const received = decode(value, 'hex')
      const signedAt = readSignedTime(stamp, 'auto')
      if (received === undefined || signedAt === undefined) return mismatch(`${header} or ${time} is malformed`)
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (secret.value === '') continue
        if (equalBytes(digest(input.options, body, stamp, secret.value), received) && matched === null)
          matched = secret.id
      }
      if (matched === null) return mismatch('no secret of this source gives the signature')
      return outsideBounds(input, signedAt, bounds) ?? proven(matched, signedAt)
    },
    malformed(headers, options) {
      const value = headers.get(header)
      return value === undefined ? undefined : digestFault(value, options.hash === 'sha256' ? 32 : 20, 'hex')
    },
    sign(input) {
      const stamp = String(Math.floor(input.nowMs / 1000))
      return {
        headers: [
          [header, digest(input.options, input.body, stamp, input.secret).toString('hex')],
          [time, stamp],
        ],
      }
    },
  }
}
