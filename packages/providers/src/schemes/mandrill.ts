import { createHmac } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { readForm } from './form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'

const header = 'x-mandrill-signature'

/** Mandrill: HMAC-SHA1 of the address as registered, then each form parameter's name and value in order of names. */
export function mandrill(): Scheme {
  const digest = (secret: string, url: string, body: Buffer) =>
    createHmac('sha1', secret)
      .update(
        url +
          [...readForm(body)]
            .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
            .flat()
            .join(''),
      )
      .digest()
  return {
    id: 'mandrill',
    summary: `HMAC-SHA-1 of address and sorted form parameters in base64, in \`${header}\``,
    headers: [header],
    required: [header],
    signsUrl: true,
    coversBody: true,
    verify({ request, secrets }) {
      const value = request.headers.get(header) ?? ''
      if (value === '') return missing(`no ${header} header`)
      const received = decode(value, 'base64')
      if (received === undefined) return mismatch(`${header} is no base64`)
      let matched: string | null = null
      for (const secret of secrets) {
        if (secret.value === '') continue
        if (equalBytes(digest(secret.value, request.url, request.body), received) && matched === null)
          matched = secret.id
      }
      return matched === null ? mismatch('no secret of this source gives the signature') : proven(matched)
    },
    malformed(headers) {
      const value = headers.get(header)
      return value === undefined ? undefined : digestFault(value, 20, 'base64')
    },
    sign(input) {
      return { headers: [[header, digest(input.secret, input.url, input.body).toString('base64')]] }
    },
  }
}
