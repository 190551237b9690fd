import { createHmac } from 'node:crypto'
import { decode, equalBytes, equalText } from './encoding.ts'
import { viewJson } from './json-view.ts'
import type { Answer, Handshake, Provider } from './provider.ts'
import { braintreeDigest, keyPair } from './schemes/braintree.ts'
import { formField, readForm } from './schemes/form.ts'
import type { ProofInput } from './schemes/scheme.ts'
import { isSnsConfirmation } from './schemes/sns.ts'

export type HandshakeResult =
  | { readonly ok: true; readonly answer: Answer; readonly learnedSecret?: string; readonly confirmUrl?: string }
  | { readonly ok: false; readonly code: 'challenge_invalid' | 'signature_mismatch'; readonly detail: string }

/**
 * What may be signed in answer to a challenge. An endpoint that signs any text signs forged bodies: none of these
 * characters opens a JSON document, a form pair or a scheme's template.
 */
const signable = /^[A-Za-z0-9_+/=.-]{1,256}$/

const none: readonly Handshake[] = []

/** Handshakes that providers do not sign; undefined: the request is none of them. */
export function readHandshake(provider: Provider, input: ProofInput): HandshakeResult | undefined {
  for (const handshake of provider.handshakes ?? none) {
    const result = unsigned(handshake, provider, input)
    if (result !== undefined) return result
  }
  return undefined
}

/** Whether a body could be a challenge that was signed in answer: its signature then proves nothing. */
export function couldBeChallenge(provider: Provider, body: Buffer): boolean {
  const signs = provider.handshakes?.some(({ kind }) => kind === 'x-crc' || kind === 'smartcar')
  return signs === true && body.length <= 256 && signable.test(body.toString('latin1'))
}

/** Handshakes inside a request that has been proved like any other. */
export function readProvenHandshake(provider: Provider, input: ProofInput): HandshakeResult | undefined {
  for (const handshake of provider.handshakes ?? none) {
    const result = signed(handshake, input)
    if (result !== undefined) return result
  }
  return undefined
}

function unsigned(handshake: Handshake, provider: Provider, input: ProofInput): HandshakeResult | undefined {
  const { method, headers, body } = input.request
  const query = () => new URLSearchParams(input.request.query)
  switch (handshake.kind) {
    case 'status':
      return method === handshake.method ? answered({ status: handshake.status, headers: {}, body: '' }) : undefined

    case 'hub':
      return method === 'GET' && query().has('hub.mode') ? hub(query(), input) : undefined

    case 'echo-query': {
      const challenge = query().get(handshake.parameter)
      if (method !== handshake.method || challenge === null) return undefined
      return challenge === '' ? invalid() : answered(text(challenge))
    }
    case 'echo-header': {
      const challenge = headers.get(handshake.header)
      if (method !== 'GET' || challenge === undefined) return undefined
      return challenge === '' ? invalid() : answered(json({ [handshake.member]: challenge }))
    }
    case 'echo-json': {
      if (handshake.isSigned === true || isProved(provider, input)) return undefined
      const challenge = member(body, handshake.member)
      return method === 'POST' && challenge !== undefined
        ? answered(json({ [handshake.member]: challenge }))
        : undefined
    }
    case 'form-ping': {
      if (isProved(provider, input) || body.length > 4096) return undefined
      const value = formField(readForm(body), handshake.field) ?? query().get(handshake.field) ?? undefined
      return value === undefined || !/^\d{1,20}$/.test(value)
        ? undefined
        : answered({ status: 200, headers: {}, body: '' })
    }
    case 'x-crc': {
      const challenge = query().get('crc_token')
      if (method !== 'GET' || challenge === null) return undefined
      return withSecret(input, challenge, (secret) =>
        json({ response_token: `sha256=${createHmac('sha256', secret).update(challenge).digest('base64')}` }),
      )
    }
    case 'zoom': {
      if (member(body, 'event') !== 'endpoint.url_validation') return undefined
      const challenge = member(body, 'payload.plainToken') ?? ''
      return withSecret(input, challenge, (secret) =>
        json({ plainToken: challenge, encryptedToken: createHmac('sha256', secret).update(challenge).digest('hex') }),
      )
    }
    case 'smartcar': {
      const type = member(body, 'eventName') ?? member(body, 'eventType')
      if (type?.toLowerCase() !== 'verify') return undefined
      const challenge = member(body, 'data.challenge') ?? ''
      return withSecret(input, challenge, (secret) =>
        json({ challenge: createHmac('sha256', secret).update(challenge).digest('hex') }),
      )
    }
    case 'braintree': {
      const challenge = query().get('bt_challenge')
      if (method !== 'GET' || challenge === null) return undefined
      if (!/^[0-9a-f]{20,32}$/.test(challenge)) return invalid()
      return withSecret(input, challenge, (secret) => {
        const keys = keyPair(secret)
        return keys === undefined
          ? undefined
          : text(`${keys.publicKey}|${braintreeDigest(keys.privateKey, challenge).toString('hex')}`)
      })
    }
    case 'asana':
      return headers.count('x-hook-secret') > 0 && headers.count('x-hook-signature') === 0 ? asana(input) : undefined

    case 'notion':
      return notion(input)

    case 'cloudevents':
      return method === 'OPTIONS' ? abuseProtection(input) : undefined

    case 'echo-text':
    case 'discord-ping':
    case 'sns':
      return undefined
  }
}

function signed(handshake: Handshake, input: ProofInput): HandshakeResult | undefined {
  const { headers, body } = input.request
  switch (handshake.kind) {
    case 'echo-json': {
      if (handshake.isSigned !== true || member(body, handshake.when ?? '') !== handshake.equals) return undefined
      const challenge = member(body, handshake.member)
      return challenge === undefined ? invalid() : answered(json({ [handshake.member]: challenge }))
    }
    case 'echo-text': {
      if (headers.get(handshake.header) !== handshake.equals) return undefined
      const challenge = member(body, handshake.member)
      return challenge === undefined ? invalid() : answered(text(challenge))
    }
    case 'discord-ping':
      return discordPing(body)

    case 'sns':
      return snsConfirmation(input)

    default:
      return undefined
  }
}

/** Meta: `hub.mode=subscribe` with the verify token of this source. */
function hub(query: URLSearchParams, input: ProofInput): HandshakeResult {
  const expected = input.options.verify_token ?? ''
  const isKnown = expected !== '' && equalText(query.get('hub.verify_token') ?? '', expected)
  if (query.get('hub.mode') !== 'subscribe' || !isKnown) {
    return answered({ ...text('the verify token is not the one of this source'), status: 403 })
  }
  const challenge = query.get('hub.challenge') ?? ''
  return challenge === '' ? invalid() : answered(text(challenge))
}

/** Asana sends a secret of its own making; the first one is kept, and no later one replaces it. */
function asana(input: ProofInput): HandshakeResult {
  const secret = input.request.headers.get('x-hook-secret')!
  if (input.request.headers.count('x-hook-secret') > 1 || !/^[\x21-\x7e]{6,256}$/.test(secret)) return invalid()
  const answer = { status: 200, headers: { 'x-hook-secret': secret }, body: '' }
  if (input.secrets.length === 0) return { ok: true, answer, learnedSecret: secret }
  return isOneOf(input, secret) ? answered(answer) : keepsSecret()
}

/** Notion sends its verification token, signed with itself. */
function notion(input: ProofInput): HandshakeResult | undefined {
  const token = member(input.request.body, 'verification_token')
  if (token === undefined || member(input.request.body, 'type') !== undefined) return undefined
  if (!/^[\x21-\x7e]{6,256}$/.test(token)) return invalid()
  const signature = input.request.headers.get('x-notion-signature')
  if (signature !== undefined) {
    const received = decode(signature.replace(/^sha256=/, ''), 'hex')
    const expected = createHmac('sha256', token).update(input.request.body).digest()
    if (received === undefined || !equalBytes(received, expected)) {
      return { ok: false, code: 'signature_mismatch', detail: 'the token does not sign its own request' }
    }
  }
  const answer = { status: 200, headers: {}, body: '' }
  if (input.secrets.length === 0) return { ok: true, answer, learnedSecret: token }
  return isOneOf(input, token) ? answered(answer) : keepsSecret()
}

function isOneOf(input: ProofInput, text: string): boolean {
  return input.secrets.filter(({ value }) => equalText(value, text)).length > 0
}

function keepsSecret(): HandshakeResult {
  const detail = 'this source already has a secret, and a handshake does not replace it; add the new one by hand'
  return { ok: false, code: 'signature_mismatch', detail }
}

/** CloudEvents HTTP webhook, section 4: who may send is decided by the token, so every origin is allowed. */
function abuseProtection(input: ProofInput): HandshakeResult {
  const { headers } = input.request
  const origin = headers.get('webhook-request-origin')
  const rate = headers.get('webhook-request-rate')
  if (origin === undefined || !/^[A-Za-z0-9.*:_-]{1,255}$/.test(origin)) return invalid()
  if (rate !== undefined && !/^[1-9]\d{0,8}$/.test(rate)) return invalid()
  const rates = rate === undefined ? {} : { 'webhook-allowed-rate': rate }
  return answered({ status: 200, headers: { allow: 'POST', 'webhook-allowed-origin': origin, ...rates }, body: '' })
}

/** Interactions ping with type 1 and want it back; webhook events ping with type 0 and want 204. */
function discordPing(body: Buffer): HandshakeResult | undefined {
  const type = member(body, 'type')
  if (member(body, 'event.type') !== undefined) return undefined
  if (type === '1') return answered(json({ type: 1 }))
  return type === '0' ? answered({ status: 204, headers: {}, body: '' }) : undefined
}

function snsConfirmation(input: ProofInput): HandshakeResult | undefined {
  const { body } = input.request
  if (member(body, 'Type') !== 'SubscriptionConfirmation') return undefined
  // Anyone with an AWS account can have SNS send here; only the topic that was named is confirmed.
  if (input.options.topic_arn === undefined) {
    return {
      ok: false,
      code: 'signature_mismatch',
      detail: 'set the option topic_arn, then a subscription of that topic is confirmed',
    }
  }
  const confirmUrl = member(body, 'SubscribeURL') ?? ''
  if (!isSnsConfirmation(confirmUrl)) return invalid()
  return { ok: true, answer: { status: 200, headers: {}, body: '' }, confirmUrl }
}

/** A request that carries the provider's signature is an event or a signed handshake, never an unsigned one. */
function isProved(provider: Provider, input: ProofInput): boolean {
  return provider.scheme.required.some((name) => input.request.headers.count(name) > 0)
}

function withSecret(
  input: ProofInput,
  challenge: string,
  answer: (secret: string) => Answer | undefined,
): HandshakeResult {
  if (!signable.test(challenge)) return invalid()
  const made = input.secrets[0] === undefined ? undefined : answer(input.secrets[0].value)
  if (made === undefined) return { ok: false, code: 'signature_mismatch', detail: 'this source has no secret yet' }
  return answered(made)
}

function member(body: Buffer, path: string): string | undefined {
  const view = viewJson(body)
  return view?.text(view.at(path.replace(/^body:/, '')))
}

function answered(answer: Answer): HandshakeResult {
  return { ok: true, answer }
}

function invalid(): HandshakeResult {
  return { ok: false, code: 'challenge_invalid', detail: 'the challenge is not one of this provider' }
}

/** A browser must not read a reflected challenge as a page. */
function text(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' }, body }
}

function json(value: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
