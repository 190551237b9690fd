import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const typeform: Provider = {
  id: 'typeform',
  name: 'Typeform',
  docs: 'https://www.typeform.com/developers/webhooks/',
  checked: '2026-11-25',
  source: 'typeform.com/developers/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'typeform-signature', format: { type: 'plain', prefix: 'sha256=' }, encoding: 'base64' }),
  secret: { form: 'text', isChosen: true, hint: 'the secret you typed for the webhook' },
  type: [['body:event_type']],
  key: [['body:event_id']],
  time: ['body:form_response.submitted_at'],
  retry: 'to ~10 h; 404/410 disable',
  ackLimit: '30 s',
  setup: ["In Connect → Webhooks → Add a webhook paste the source's URL.", 'Edit the webhook and add a secret.'],
  test: '"View deliveries" → "Send test request".',
  sample: {
    contentType: 'application/json',
    body: '{"event_id":"{id}","event_type":"form_response","form_response":{"form_id":"f1","submitted_at":"{iso}"}}',
  },
}
