import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const razorpay: Provider = {
  id: 'razorpay',
  name: 'Razorpay',
  docs: 'https://razorpay.com/docs/webhooks/validate-test/',
  checked: '2026-11-25',
  source: 'razorpay-node test/utils',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-razorpay-signature' }),
  secret: { form: 'text', isChosen: true, hint: 'the webhook secret you typed' },
  type: [['body:event']],
  key: [['header:x-razorpay-event-id']],
  time: ['body:created_at'],
  retry: '24 h, then disabled',
  ackLimit: '5 s',
  setup: ["In Account & Settings → Webhooks add one with the source's URL and a secret."],
  test: 'Make a payment in test mode.',
  sample: {
    contentType: 'application/json',
    headers: { 'x-razorpay-event-id': '{id}' },
    body: '{"entity":"event","event":"payment.captured","created_at":{s},"payload":{}}',
  },
}
