import { commonOptions } from './options.ts'
import type { Handshake, Joined, OptionForm, Place, Provider } from './provider.ts'
import { providers } from './registry.ts'

/** The pages of docs/providers by file name, made from the records; a test compares them with what is committed. */
export function providerPages(): ReadonlyMap<string, string> {
  const pages = providers.list().map((provider) => [`${provider.id}.md`, page(provider)] as const)
  return new Map([['README.md', index()], ...pages])
}

function index(): string {
  const rows = providers
    .list()
    .map(
      (provider) =>
        `| [${cell(provider.name)}](${provider.id}.md) | \`${provider.id}\` | ${provider.scheme.id} | ${proofs[provider.proof].short} |`,
    )
  return lines(
    '# Webhook providers',
    '',
    'A source belongs to a provider, which says how a delivery is proved, typed, keyed, split and answered. Each page is made from',
    'its record in `packages/providers/src/catalog`; [adding a provider](adding-a-provider.md) takes ten minutes.',
    '',
    '| provider | id | scheme | proved against |',
    '|---|---|---|---|',
    ...rows,
    '',
    '## Options of every source',
    '',
    ...optionTable(commonOptions),
    '',
    'Several secrets, one a line, are all active: any of them may match, so a rotation needs no pause. A secret that is not of the',
    "provider's form is refused, a short one is taken with a warning.",
  )
}

function page(provider: Provider): string {
  return lines(
    `# ${provider.name}`,
    '',
    `Made from \`packages/providers/src/catalog/${provider.id}.ts\`, which is the place to change it. [The provider's own page](${provider.docs}).`,
    '',
    '## Set up',
    '',
    ...steps(provider),
    '',
    `To see it work: ${sentence(provider.test)}`,
    '',
    '## What is verified',
    '',
    `${sentence(provider.scheme.summary)} ${coverage(provider)}`,
    '',
    ...verification(provider),
    ...options(provider),
    '',
    '## What becomes of a delivery',
    '',
    ...events(provider),
    '',
    '## How it is delivered',
    '',
    `- Retries: ${provider.retry}.`,
    `- Time to answer: ${provider.ackLimit}.`,
    `- Our answer: ${answerOf(provider)}.`,
    '',
    ...notes(provider),
    '## What was proven',
    '',
    `${proofs[provider.proof].long} Read from: ${provider.source}. Known from (signature / delivery): ${confidence(provider)}. Last compared on ${provider.checked}.`,
  )
}

const proofs = {
  vector: { short: 'published vectors', long: 'Vectors that the provider itself published get their listed verdict.' },
  generated: {
    short: 'own vectors',
    long: 'Only vectors made by ourselves pass: the provider publishes none. Check with a real delivery before you rely on it.',
  },
  none: {
    short: 'nothing',
    long: 'Nothing could be run against it: no vector exists. Check with a real delivery before you rely on it.',
  },
} as const

function steps(provider: Provider): readonly string[] {
  const { secret } = provider
  const required = (provider.options ?? []).filter(({ isRequired }) => isRequired === true)
  const settings = required.map(({ name }) => ` --option ${name}=…`).join('')
  const input = secret.form === 'none' || secret.isOptional === true ? '' : ' --secret-stdin'
  const create = `\`npm run -s eventmesh -- source create --tenant <slug> --name ${provider.id} --provider ${provider.id}${settings}${input}\` prints the URL.`
  return [create, ...provider.setup].map((step, i) => `${i + 1}. ${step}`)
}

function coverage(provider: Provider): string {
  if (provider.scheme.coverage !== undefined) return provider.scheme.coverage
  if (provider.scheme.coversBody) return 'All of the body is covered.'
  return '**The body is not covered**: who knows the proof can send another body with it.'
}

function verification(provider: Provider): readonly string[] {
  const { scheme, secret } = provider
  const rows = [
    ['secret', secretText(provider)],
    ['headers', scheme.headers.length === 0 ? 'none: the proof is in the body' : scheme.headers.map(code).join(', ')],
    [
      'address',
      scheme.signsUrl ? 'signed: behind a proxy set `public_url` to the address as registered' : 'not signed',
    ],
    ['timestamp', boundText(provider)],
    ['a proof that arrives twice', '400'],
    ['any other failed proof', secret.form === 'none' ? 'there is none' : '401'],
  ]
  return ['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${cell(text!)} |`)]
}

function secretText({ secret }: Provider): string {
  const rule = secret.pattern === undefined ? '' : ` (${secret.pattern.rule})`
  return `${secret.hint}${secret.hint.includes(secret.pattern?.rule ?? '\u0000') ? '' : rule}`
}

function boundText({ scheme }: Provider): string {
  const { pastS, futureS } = scheme.bounds ?? {}
  if (pastS === undefined) return 'no bound of its own; the option `tolerance` sets one where a time is signed'
  if (futureS === undefined) return `at most ${pastS} s old; the option \`tolerance\` counts both ways`
  return `${pastS} s both ways, unless the option \`tolerance\` says otherwise`
}

function options(provider: Provider): readonly string[] {
  const own = provider.options ?? []
  return own.length === 0 ? [] : ['', ...optionTable(own)]
}

function optionTable(forms: readonly OptionForm[]): readonly string[] {
  const rows = forms.map(
    ({ name, doc, isRequired }) => `| \`${name}\` | ${cell(doc)}${isRequired === true ? ' (required)' : ''} |`,
  )
  return ['| option | meaning |', '|---|---|', ...rows]
}

function events(provider: Provider): readonly string[] {
  return [
    `- Event type: ${typeText(provider)}.`,
    `- Idempotency key: ${keyText(provider)}.`,
    `- Occurred at: ${provider.time.length === 0 ? 'when it was received' : `${provider.time.map(placeText).join(', else ')}; else when it was received`}.`,
    `- One request is ${splitText(provider)}.`,
    ...(provider.volatile === undefined
      ? []
      : [
          `- Left out of the fingerprint, since it changes from try to try: ${provider.volatile.map(code).join(', ')}.`,
        ]),
    ...(provider.handshakes ?? []).map((handshake) => `- Handshake: ${handshakeText(handshake)}.`),
  ]
}

function typeText(provider: Provider): string {
  if (provider.type.length === 0) return code(`${provider.id}.event`)
  const alternatives = provider.type.map((parts) => joinedText(parts, '.')).join('; else ')
  return `\`${provider.id}.\` followed by ${alternatives}; else ${code(`${provider.id}.event`)}`
}

function keyText(provider: Provider): string {
  const hash =
    provider.split === undefined
      ? 'SHA-256 of the body and, if one is signed in a header, the timestamp'
      : "SHA-256 of the request's key (the hash of body and signed timestamp) and the item's place"
  if (provider.key === 'cloudevents') return `from \`source\` and \`id\` of the event; else ${hash}`
  if (provider.key.length === 0) return `the provider sends none that is stable, so ${hash}`
  return `${provider.key.map((parts) => joinedText(parts, ':')).join('; else ')}; else ${hash}`
}

function splitText({ split }: Provider): string {
  if (split === undefined) return 'one event, kept byte for byte'
  const list = split.path === '' ? 'of the array' : `in \`${split.path}\``
  const inner = split.inner === undefined ? '' : ` and each \`${split.inner}\` in it`
  return `an event per item ${list}${inner}; an empty list is answered and makes none`
}

function joinedText(parts: Joined, by: string): string {
  return parts.map(placeText).join(` + \`${by}\` + `)
}

function placeText(place: Place): string {
  return place.split('|').map(onePlaceText).join(' or ')
}

function onePlaceText(place: string): string {
  const colon = place.indexOf(':')
  const path = place.slice(colon + 1)
  switch (place.slice(0, colon)) {
    case 'header':
      return `header ${code(path)}`
    case 'item':
      return `${code(path)} of the item`
    case 'outer':
      return `${code(path)} around the item`
    case 'form':
      return `form field ${code(path)}`
    case 'claim':
      return `claim ${code(path)}`
    case 'xml':
      return `element ${code(path)}`
    case 'signed':
      return 'the signed timestamp'
    case 'first-member-but':
      return `the name of the first member but ${path.split(',').map(code).join(', ')}`
    default:
      return code(path)
  }
}

function handshakeText(handshake: Handshake): string {
  switch (handshake.kind) {
    case 'echo-json':
      return `\`${handshake.member}\` is sent back as JSON${handshake.isSigned === true ? ', once the signature is verified' : ''}`
    case 'echo-text':
      return `\`${handshake.member}\` is sent back as text, once the signature is verified`
    case 'echo-query':
      return `${handshake.method} with \`${handshake.parameter}\`, which is sent back as text`
    case 'echo-header':
      return `GET with header \`${handshake.header}\`, sent back as JSON`
    case 'hub':
      return 'GET with `hub.challenge`, sent back as text if `hub.verify_token` is the option `verify_token`, else 403'
    case 'status':
      return `${handshake.method} is answered ${handshake.status}`
    case 'form-ping':
      return `an unsigned form with \`${handshake.field}\` is answered 200 and makes no event`
    case 'discord-ping':
      return 'a verified PING is answered in kind (type 1) or with 204 (type 0)'
    case 'x-crc':
      return 'GET with `crc_token`, answered with its HMAC; 1 to 256 of `A-Za-z0-9_+/=.-`, else 400'
    case 'zoom':
      return '`plainToken` is answered with its HMAC; 1 to 256 of `A-Za-z0-9_+/=.-`, else 400'
    case 'smartcar':
      return '`data.challenge` is answered with its HMAC; 1 to 256 of `A-Za-z0-9_+/=.-`, else 400'
    case 'braintree':
      return 'GET with `bt_challenge` (20 to 32 hex digits, else 400), answered with its HMAC'
    case 'asana':
      return '`X-Hook-Secret` is sent back, and kept as the secret if the source has none; no later one replaces it'
    case 'notion':
      return 'the `verification_token` is kept as the secret if the source has none; no later one replaces it'
    case 'cloudevents':
      return 'OPTIONS with `WebHook-Request-Origin` is answered with the origin and rate allowed'
    case 'sns':
      return 'a verified SubscriptionConfirmation of the topic `topic_arn` is confirmed by calling its address at Amazon; without the option it is refused'
  }
}

function answerOf({ answer }: Provider): string {
  if (answer === undefined) return "202 with EventMesh's own body"
  return answer.body === '' ? `${answer.status} with an empty body` : `${answer.status} with \`${answer.body}\``
}

function notes(provider: Provider): readonly string[] {
  return provider.notes === undefined ? [] : ['## Good to know', '', ...provider.notes.map((note) => `- ${note}`), '']
}

function confidence(provider: Provider): string {
  const words = { S: "the provider's own code or documentation", T: 'a third-party catalogue', K: 'general knowledge' }
  const [signature, delivery] = provider.confidence.split('/') as ['S' | 'T' | 'K', 'S' | 'T' | 'K']
  return `${words[signature]} / ${words[delivery]}`
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
