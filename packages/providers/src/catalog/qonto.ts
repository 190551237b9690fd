import type { Provider } from '../provider.ts'
import { firstPresent } from '../schemes/first-present.ts'
import { hmac } from '../schemes/hmac.ts'

export const qonto: Provider = {
  id: 'qonto',
  name: 'Qonto',
  docs: 'https://docs.qonto.com/api-reference/business-api/webhooks',
  checked: '2026-11-25',
  source: 'docs.qonto.com',
  confidence: 'S/S',
  proof: 'vector',
  scheme: firstPresent('qonto', [
    {
      when: 'x-qonto-signature',
      scheme: hmac({
        header: 'x-qonto-signature',
        format: { type: 'kv', separator: ',', time: 't', signature: 'v1' },
        signed: ['{ts}', '.', '{body}'],
        time: { unit: 'auto' },
      }),
    },
    { scheme: hmac({ header: 'qonto-sha256-signature' }) },
  ]),
  secret: { form: 'text', hint: 'the secret of the subscription' },
  type: [['body:event_type']],
  key: [['body:id']],
  time: ['body:created_at'],
  retry: 'exponential for days',
  ackLimit: '1 s',
  setup: ["Create the subscription through the API with the source's URL and a secret."],
  test: 'Change a resource in the sandbox.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","event_type":"registrations.pending","resource_type":"registration","created_at":"{iso}"}',
  },
}
