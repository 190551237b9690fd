import { createHmac } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const header = 'x-contentful-signature'
const list = 'x-contentful-signed-headers'
const time = 'x-contentful-timestamp'
const bounds = { pastS: 30, futureS: 30 }
const signedMax = 32

/** Contentful (contentful/node-apps-toolkit src/requests): a canonical request of method, path, chosen headers and body. */
export function contentful(): Scheme {
  return {
    id: 'contentful',
    summary: `HMAC-SHA-256 of method, path with query, the headers named in \`${list}\`, and body, in hex, in \`${header}\``,
    headers: [header, list, time],
    required: [header],
    signsUrl: true,
    coversBody: true,
    bounds,
    verify(input) {
      const { headers, method, url, body } = input.request
      const value = headers.get(header) ?? ''
      const names = (headers.get(list) ?? '').split(',').map((name) => name.trim().toLowerCase())
      const stamp = headers.get(time) ?? ''
      if (value === '' || stamp === '' || names[0] === '') return missing(`${header}, ${list} and ${time} are needed`)
      // Who could leave these two out of the list could move a signature in time or onto other headers.
      if (!names.includes(time) || !names.includes(list) || names.length > signedMax)
        return mismatch(`${list} must name itself and ${time}`)
      const twice = names.find((name) => headers.count(name) > 1)
      if (twice !== undefined) return { ok: false, why: 'repeated', detail: 'a signed header arrived twice' }
      const received = decode(value, 'hex')
      const signedAt = readSignedTime(stamp, 'ms')
      if (received === undefined || signedAt === undefined) return mismatch(`${header} or ${time} is malformed`)
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (secret.value === '') continue
        const expected = canonical(secret.value, method, url, names, (name) => headers.get(name) ?? '', body)
        if (equalBytes(expected, received) && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no secret of this source gives the signature')
      return outsideBounds(input, signedAt, bounds) ?? proven(matched, signedAt)
    },
    malformed(headers) {
      const value = headers.get(header)
      return value === undefined ? undefined : digestFault(value, 32, 'hex')
    },
    sign(input) {
      const names = [list, time]
      const values = new Map([
        [list, names.join(',')],
        [time, String(input.nowMs)],
      ])
      const signature = canonical(
        input.secret,
        input.method,
        input.url,
        names,
        (name) => values.get(name) ?? '',
        input.body,
      )
      return { headers: [[header, signature.toString('hex')], ...values] }
    },
  }
}

function canonical(
  secret: string,
  method: string,
  url: string,
  names: readonly string[],
  value: (name: string) => string,
  body: Buffer,
): Buffer {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  const signed = [...names]
    .sort()
    .map((name) => `${name}:${value(name)}`)
    .join(';')
  return createHmac('sha256', secret).update(`${method}\n${path}\n${signed}\n`).update(body).digest()
}
