import { createHash, createHmac } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { digestFault } from './digest-form.ts'
import { mismatch, missing, type Proof, type ProofInput, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const bounds = { pastS: 300, futureS: 300 }
const v3 = 'x-hubspot-signature-v3'
const time = 'x-hubspot-request-timestamp'
const older = 'x-hubspot-signature'
const version = 'x-hubspot-signature-version'

/**
 * HubSpot (hubspot-api-nodejs, signature.ts). v3: HMAC-SHA256 of method, address, body and timestamp; v2 and v1 are
 * plain hashes that begin with the secret. Where v3 is present nothing older counts.
 */
export function hubspot(): Scheme {
  return {
    id: 'hubspot',
    summary: `HMAC-SHA-256 (v3) of \`{method}{url}{body}{ts}\` in base64, in \`${v3}\`; or SHA-256 with the secret first (v2, v1), in \`${older}\``,
    headers: [v3, time, older, version],
    required: [v3],
    signsUrl: true,
    coversBody: true,
    bounds,
    verify(input) {
      const { headers } = input.request
      if (headers.count(v3) > 0) return verifyV3(input)
      const value = headers.get(older) ?? ''
      if (value === '') return missing(`no ${v3} or ${older} header`)
      const stated = headers.get(version) ?? 'v1'
      const received = decode(value, 'hex')
      if (received === undefined || (stated !== 'v1' && stated !== 'v2')) return mismatch(`${older} is malformed`)
      return matching(input, received, (secret, url) => {
        const digest = createHash('sha256').update(secret)
        if (stated === 'v2') digest.update(input.request.method + url)
        return digest.update(input.request.body).digest()
      })
    },
    malformed(headers) {
      const newest = headers.get(v3)
      if (newest !== undefined) return digestFault(newest, 32, 'base64')
      const value = headers.get(older)
      return value === undefined ? undefined : digestFault(value, 32, 'hex')
    },
    sign(input) {
      const stamp = String(input.nowMs)
      const signature = createHmac('sha256', input.secret)
        .update(input.method + input.url)
        .update(input.body)
        .update(stamp)
        .digest('base64')
      return {
        headers: [
          [v3, signature],
          [time, stamp],
        ],
      }
    },
  }
}

function verifyV3(input: ProofInput): Proof {
  const { headers, method, body } = input.request
  const stamp = headers.get(time) ?? ''
  const received = decode(headers.get(v3) ?? '', 'base64')
  if (stamp === '' || headers.get(v3) === '') return missing(`${v3} and ${time} are needed`)
  const signedAt = readSignedTime(stamp, 'ms')
  if (received === undefined || signedAt === undefined) return mismatch(`${v3} or ${time} is malformed`)
  const proof = matching(input, received, (secret, url) =>
    createHmac('sha256', secret)
      .update(method + url)
      .update(body)
      .update(stamp)
      .digest(),
  )
  if (!proof.ok) return proof
  return outsideBounds(input, signedAt, bounds) ?? proven(proof.secretId, signedAt)
}

function matching(input: ProofInput, received: Buffer, digest: (secret: string, url: string) => Buffer): Proof {
  let matched: string | null = null
  for (const secret of input.secrets) {
    if (secret.value === '') continue
    for (const url of [input.request.url, decodedQuery(input.request.url)]) {
      if (equalBytes(digest(secret.value, url), received) && matched === null) matched = secret.id
    }
  }
  return matched === null ? mismatch('no secret of this source gives the signature') : proven(matched)
}

/** HubSpot's page has these characters of the address decoded before it is signed. */
function decodedQuery(url: string): string {
  return url.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (code) => decodeURIComponent(code))
}
