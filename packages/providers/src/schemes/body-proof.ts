import { createHmac } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { type JsonNode, type JsonView, viewJson } from '../json-view.ts'
import { keyBytes, keyedHash } from './key.ts'
import { multipartField } from './multipart.ts'
import { mismatch, missing, type Proof, type ProofInput, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

/** Mailgun: HMAC of timestamp and token inside the body. The event itself is not covered, so the token counts once. */
export function mailgun(): Scheme {
  return {
    id: 'mailgun',
    summary:
      'HMAC-SHA-256 of `{timestamp}{token}` in the body (`signature`); the event is not covered, so each token counts once',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: false,
    verify(input) {
      const view = viewJson(input.request.body)
      const own = view === undefined ? undefined : mailgunPart(input, view, 'signature')
      // A subaccount's event also carries its parent's signature; either account's key proves it.
      const parent = view === undefined ? undefined : mailgunPart(input, view, 'signature.parent-signature')
      if (own === undefined) return missing('the body carries no signature')
      return own.ok || parent === undefined || !parent.ok ? own : parent
    },
    sign(input) {
      const timestamp = String(Math.floor(input.nowMs / 1000))
      const signature = createHmac('sha256', input.secret)
        .update(timestamp + input.deliveryId)
        .digest('hex')
      const parts = JSON.stringify({ timestamp, token: input.deliveryId, signature })
      return { headers: [], body: Buffer.from(input.body.toString('utf8').replace('"{signature}"', parts)) }
    },
  }
}

function mailgunPart(input: ProofInput, view: JsonView, path: string): Proof | undefined {
  const part = (name: string) => view.text(view.at(`${path}.${name}`))
  const [timestamp, token, signature] = [part('timestamp'), part('token'), part('signature')]
  if (timestamp === undefined || token === undefined || signature === undefined) return undefined
  const matched = matchingHmac(input, decode(signature, 'hex'), `${timestamp}${token}`)
  if (matched === null) return mismatch('no secret of this source gives the signature')
  const signedAt = readSignedTime(timestamp, 's')
  if (signedAt === undefined) return mismatch('the signed timestamp is malformed')
  return outsideBounds(input, signedAt, undefined) ?? proven(matched, null, `mailgun:${timestamp}:${token}`)
}

/** Dropbox Sign: HMAC of event time and type inside the body, which may be a form with the document in field `json`. */
export function dropboxSign(): Scheme {
  return {
    id: 'dropbox-sign',
    summary:
      'HMAC-SHA-256 of `{event_time}{event_type}` in the body (`event.event_hash`); the rest is not covered, so each proof counts once',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: false,
    verify(input) {
      const { body, headers } = input.request
      const document = multipartField(body, headers.get('content-type') ?? '', 'json') ?? body
      const view = viewJson(document)
      const part = (name: string) => view?.text(view.at(`event.${name}`))
      const [time, type, signature] = [part('event_time'), part('event_type'), part('event_hash')]
      if (time === undefined || type === undefined || signature === undefined)
        return missing('the body carries no event_hash')
      const matched = matchingHmac(input, decode(signature, 'hex'), `${time}${type}`)
      if (matched === null) return mismatch('no secret of this source gives the event_hash')
      const signedAt = readSignedTime(time, 's')
      if (signedAt === undefined) return mismatch('the signed event_time is malformed')
      return outsideBounds(input, signedAt, undefined) ?? proven(matched, null, `dropbox-sign:${time}:${type}`)
    },
    sign(input) {
      const view = viewJson(input.body)
      const text = (path: string) => view?.text(view.at(path)) ?? ''
      const signature = createHmac('sha256', input.secret)
        .update(text('event.event_time') + text('event.event_type'))
        .digest('hex')
      return { headers: [], body: Buffer.from(input.body.toString('utf8').replace('{signature}', signature)) }
    },
  }
}

/** Adyen payments: each item carries the HMAC of eight of its fields, joined by colons, not escaped. */
export function adyenItems(): Scheme {
  return {
    id: 'adyen-item',
    summary: 'HMAC-SHA-256 of eight fields of each item (`additionalData.hmacSignature`) in base64',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: false,
    verify(input) {
      const view = viewJson(input.request.body)
      const list = view?.at('notificationItems')
      const items = view === undefined || list === undefined ? undefined : view.items(list)
      if (view === undefined || items === undefined || items.length === 0)
        return missing('the body carries no notificationItems')
      let verdict: Proof | undefined
      for (const item of items) {
        const proof = adyenItem(input, view, view.member(item, 'NotificationRequestItem'))
        if (verdict === undefined || (verdict.ok && !proof.ok)) verdict = proof
      }
      return verdict!
    },
    sign(input) {
      const view = viewJson(input.body)
      const list = view?.at('notificationItems.0.NotificationRequestItem')
      const key = keyBytes(input.secret, 'hex')
      if (view === undefined || list === undefined || key === undefined) return { headers: [] }
      const signature = createHmac('sha256', key).update(adyenText(view, list)).digest('base64')
      return { headers: [], body: Buffer.from(input.body.toString('utf8').replace('{signature}', signature)) }
    },
  }
}

function adyenItem(input: ProofInput, view: JsonView, item: JsonNode | undefined): Proof {
  const signature = item === undefined ? undefined : view.text(view.at('additionalData.hmacSignature', item))
  if (item === undefined || signature === undefined) return missing('an item carries no hmacSignature')
  const matched = matchingHmac(input, decode(signature, 'base64'), adyenText(view, item), 'hex')
  return matched === null ? mismatch('no secret of this source gives the hmacSignature of every item') : proven(matched)
}

const adyenFields = [
  'pspReference',
  'originalReference',
  'merchantAccountCode',
  'merchantReference',
  'amount.value',
  'amount.currency',
  'eventCode',
  'success',
]

function adyenText(view: JsonView, item: JsonNode): string {
  return adyenFields.map((path) => view.scalar(view.at(path, item)) ?? '').join(':')
}

/** Segment: HMAC-SHA1 of the body, or, of a batch, of its first item alone. */
export function segment(): Scheme {
  const header = 'x-signature'
  return {
    id: 'segment',
    summary: `HMAC-SHA-1 of the body (of a batch: of its first item alone) in hex, in \`${header}\``,
    headers: [header],
    required: [header],
    signsUrl: false,
    coversBody: true,
    coverage: 'All of the body is covered, or, of a batch, at least its first item.',
    verify(input) {
      const value = input.request.headers.get(header) ?? ''
      if (value === '') return missing(`no ${header} header`)
      const received = decode(value, 'hex')
      const { body } = input.request
      const view = viewJson(body)
      const first = view?.root.kind === 'array' ? view.items(view.root)?.[0] : undefined
      const signed = first === undefined ? [body] : [body, body.subarray(first.start, first.end)]
      let matched: string | null = null
      for (const bytes of signed) matched ??= matchingHmac(input, received, bytes, 'utf8', 'sha1')
      return matched === null ? mismatch('no secret of this source gives the signature') : proven(matched)
    },
    sign(input) {
      return { headers: [[header, createHmac('sha1', input.secret).update(input.body).digest('hex')]] }
    },
  }
}

function matchingHmac(
  input: ProofInput,
  received: Buffer | undefined,
  signed: string | Buffer,
  decoding: 'utf8' | 'hex' = 'utf8',
  hash: 'sha1' | 'sha256' = 'sha256',
): string | null {
  let matched: string | null = null
  for (const secret of input.secrets) {
    const key = keyBytes(secret.value, input.decoding ?? decoding)
    if (key === undefined || received === undefined) continue
    if (equalBytes(keyedHash(hash, key).update(signed).digest(), received) && matched === null) matched = secret.id
  }
  return matched
}
