import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const paystack: Provider = {
  id: 'paystack',
  name: 'Paystack',
  docs: 'https://paystack.com/docs/payments/webhooks/',
  checked: '2026-11-25',
  source: 'paystack.com/docs/payments/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-paystack-signature', hash: 'sha512' }),
  secret: { form: 'text', hint: 'the API secret key (sk_…)' },
  type: [['body:event']],
  key: [['body:data.id', 'body:event']],
  time: ['body:data.paid_at|body:data.created_at|body:data.createdAt'],
  retry: 'live: 3 min ×4, then hourly 72 h',
  ackLimit: 'not published',
  setup: ["In Settings → API Keys & Webhooks paste the source's URL."],
  test: 'Make a payment in test mode.',
  sample: { contentType: 'application/json', body: '{"event":"charge.success","data":{"id":{s},"paid_at":"{iso}"}}' },
}
