import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const shopify: Provider = {
  id: 'shopify',
  name: 'Shopify',
  docs: 'https://shopify.dev/docs/apps/build/webhooks',
  checked: '2026-11-25',
  source: 'shopify-app-js lib/webhooks',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'], encoding: 'base64' }),
  secret: { form: 'text', hint: 'the client secret of the app (or the key shown below Notifications → Webhooks)' },
  type: [['header:x-shopify-topic|header:shopify-topic']],
  key: [['header:x-shopify-webhook-id|header:shopify-webhook-id']],
  time: ['header:x-shopify-triggered-at|header:shopify-triggered-at'],
  retry: '8 over 4 h then the subscription is removed',
  ackLimit: '5 s (1 s connect)',
  setup: [
    "Declare the subscription in shopify.app.toml (or Settings → Notifications → Webhooks) with the source's URL.",
    "Copy the app's client secret; while it is rotated, add the new one beside it.",
  ],
  test: '`shopify app webhook trigger`, or "Send test notification".',
  sample: {
    contentType: 'application/json',
    headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': '{id}', 'x-shopify-triggered-at': '{iso}' },
    body: '{"id":820982911946154508,"email":"jon@example.com","total_price":"403.00"}',
  },
}
