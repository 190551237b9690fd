import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const coinbaseCommerce: Provider = {
  id: 'coinbase-commerce',
  name: 'Coinbase Commerce',
  docs: 'https://docs.cdp.coinbase.com/commerce/docs/webhooks-security',
  checked: '2026-11-25',
  source: 'coinbase-commerce-node test',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-cc-webhook-signature' }),
  secret: { form: 'text', hint: 'the shared secret of the webhook subscriptions' },
  type: [['body:event.type']],
  key: [['body:event.id']],
  time: ['body:event.created_at'],
  volatile: ['/id', '/attempt_number', '/scheduled_for'],
  retry: 'exponential to 3 days; attempt_number',
  ackLimit: 'not published',
  setup: ["In Settings → Notifications add the source's URL as endpoint.", 'Show and copy the shared secret.'],
  test: 'Details → "Send test" on the endpoint.',
  sample: {
    contentType: 'application/json',
    body: '{"id":1,"scheduled_for":"{iso}","attempt_number":1,"event":{"id":"{id}","resource":"event","type":"charge:created","created_at":"{iso}","data":{"code":"66BEOV2A"}}}',
  },
}
