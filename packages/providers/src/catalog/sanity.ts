import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const sanity: Provider = {
  id: 'sanity',
  name: 'Sanity',
  docs: 'https://www.sanity.io/docs/content-lake/webhooks',
  checked: '2026-11-25',
  source: 'sanity-io/webhook-toolkit',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'sanity-webhook-signature',
    format: { type: 'kv', separator: ',', time: 't', signature: 'v1' },
    encoding: 'base64url',
    signed: ['{ts}', '.', '{body}'],
    time: { unit: 'ms' },
  }),
  secret: { form: 'text', isChosen: true, hint: 'the secret you typed' },
  type: [['header:sanity-operation']],
  key: [['header:idempotency-key']],
  time: ['signed:time'],
  retry: '~30 min; 4xx (not 429) stop',
  ackLimit: '30 s',
  setup: ["In Manage → API → GROQ-powered webhooks create one with the source's URL and a secret."],
  test: 'Change a document of the filter.',
  sample: {
    contentType: 'application/json',
    headers: { 'sanity-operation': 'update', 'idempotency-key': '{id}' },
    body: '{"_id":"resume","_type":"page"}',
  },
}
