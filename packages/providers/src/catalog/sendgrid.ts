import type { Provider } from '../provider.ts'
import { ecdsaSendgrid } from '../schemes/public-key-signature.ts'

export const sendgrid: Provider = {
  id: 'sendgrid',
  name: 'SendGrid',
  docs: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  checked: '2026-11-25',
  source: 'sendgrid-nodejs packages/eventwebhook',
  confidence: 'S/K',
  proof: 'vector',
  scheme: ecdsaSendgrid(),
  secret: { form: 'ec-spki', hint: 'the Verification Key of the Event Webhook, base64' },
  type: [['item:event']],
  key: [['item:sg_event_id']],
  time: ['item:timestamp'],
  split: { path: '' },
  retry: 'non-2xx: rising waits up to 24 h',
  ackLimit: '~3 s',
  setup: [
    "In Settings → Mail Settings → Event Webhook create a webhook with the source's URL.",
    'Switch Signature Verification on and copy the Verification Key.',
  ],
  test: '"Test Your Integration" on the webhook\'s page.',
}
