import { createHmac, hash } from 'node:crypto'
import { decode, equalBytes, equalText } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { readForm } from './form.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'
import { urlForms } from './url-forms.ts'

const header = 'x-twilio-signature'

/**
 * Twilio (twilio-node src/webhooks): HMAC-SHA1 of the address followed by the sorted form parameters; another body is
 * bound by `bodySHA256` in the query. Twilio writes ports and apostrophes now one way, now another: every form is tried.
 */
export function twilio(): Scheme {
  return {
    id: 'twilio',
    summary: `HMAC-SHA-1 of address and sorted form parameters in base64, in \`${header}\`; other bodies by \`bodySHA256\` in the query`,
    headers: [header],
    required: [header],
    signsUrl: true,
    coversBody: true,

    verify({ request, secrets }) {
      const value = request.headers.get(header) ?? ''
      if (value === '') return missing(`no ${header} header`)
      const received = decode(value, 'base64')
      if (received === undefined) return mismatch(`${header} is no base64`)

      const bodyHash = new URLSearchParams(request.query).get('bodySHA256')
      const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')
      if (bodyHash === null && !isForm && request.body.length > 0)
        return mismatch('the body is no form and bodySHA256 is missing')
      const isBodyBound = bodyHash === null || equalText(bodyHash.toLowerCase(), hash('sha256', request.body, 'hex'))
      const parameters = bodyHash === null ? sortedParameters(request.body) : ''

      let matched: string | null = null
      for (const secret of secrets) {
        if (secret.value === '') continue
        for (const url of urlForms(request.url)) {
          const expected = createHmac('sha1', secret.value)
            .update(url + parameters)
            .digest()
          if (equalBytes(expected, received) && matched === null) matched = secret.id
        }
      }
      if (matched === null) return mismatch('no secret of this source gives the signature')
      return isBodyBound ? proven(matched) : mismatch('bodySHA256 is not the hash of the body')
    },

    malformed(headers) {
      const value = headers.get(header)
      return value === undefined ? undefined : digestFault(value, 20, 'base64')
    },

    compare({ request, secrets }) {
      const secret = secrets[0]?.value
      if (!secret) return undefined
      const parameters = new URLSearchParams(request.query).has('bodySHA256') ? '' : sortedParameters(request.body)
      const expected = createHmac('sha1', secret)
        .update(request.url + parameters)
        .digest('base64')
      return { received: request.headers.get(header) ?? '', expected, signed: '{url}{sorted parameters}' }
    },

    sign(input) {
      const signature = createHmac('sha1', input.secret)
        .update(input.url + sortedParameters(input.body))
        .digest('base64')
      return { headers: [[header, signature]] }
    },
  }
}

/** Names in code unit order, each with its values, sorted and without repeats. */
function sortedParameters(body: Buffer): string {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of readForm(body)) values.set(name, (values.get(name) ?? new Set()).add(value))
  return [...values.keys()]
    .sort()
    .map((name) =>
      [...values.get(name)!]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('')
}
