import type { Provider } from '../provider.ts'
import { jwtMessagebird } from '../schemes/jwt-schemes.ts'

export const messagebird: Provider = {
  id: 'messagebird',
  name: 'MessageBird (Bird)',
  docs: 'https://developers.messagebird.com/api/#verifying-http-requests',
  checked: '2026-11-25',
  source: 'messagebird-nodejs lib/webhook-signature-jwt.js',
  confidence: 'S/K',
  proof: 'vector',
  scheme: jwtMessagebird(),
  secret: { form: 'text', hint: 'the signing key of the account' },
  type: [],
  key: [['claim:jti']],
  time: ['claim:nbf'],
  claims: { header: 'messagebird-signature-jwt' },
  retry: 'not published',
  ackLimit: 'not published',
  setup: [
    "Paste the source's URL as webhook of the channel or number.",
    'Copy the signing key from Developers → API settings.',
  ],
  test: 'Send a message.',
  sample: { contentType: 'application/json', body: '{"id":"{id}","status":"delivered"}' },
}
