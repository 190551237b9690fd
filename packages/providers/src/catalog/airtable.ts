import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const airtable: Provider = {
  id: 'airtable',
  name: 'Airtable',
  docs: 'https://airtable.com/developers/web/api/webhooks-overview',
  checked: '2026-11-25',
  source: 'airtable.com webhooks-overview; nango.dev docs',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-airtable-content-mac', format: { type: 'plain', prefix: 'hmac-sha256=' }, key: 'base64' }),
  secret: { form: 'base64', hint: 'the macSecretBase64 given on creation' },
  type: [],
  key: [],
  time: ['body:timestamp'],
  retry: 'exponential; hook expires in 7 days',
  ackLimit: '25 s',
  setup: ["POST /v0/bases/{baseId}/webhooks with the source's URL as notificationUrl; store macSecretBase64."],
  test: 'Change a record.',
  notes: [
    'A delivery only says that something changed: list the payloads with your cursor. The webhook ends after 7 days unless refreshed.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"base":{"id":"app1"},"webhook":{"id":"ach{id}"},"timestamp":"{iso}"}',
  },
}
