import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const woocommerce: Provider = {
  id: 'woocommerce',
  name: 'WooCommerce',
  docs: 'https://woocommerce.com/document/webhooks/',
  checked: '2026-11-25',
  source: 'woocommerce-rest-api-docs _webhooks.md',
  confidence: 'S/S',
  proof: 'generated',
  scheme: hmac({ header: 'x-wc-webhook-signature', encoding: 'base64' }),
  secret: { form: 'text', isChosen: true, hint: 'the Secret of the webhook' },
  type: [['header:x-wc-webhook-topic']],
  key: [['header:x-wc-webhook-delivery-id']],
  time: ['body:date_modified_gmt'],
  handshakes: [{ kind: 'form-ping', field: 'webhook_id' }],
  retry: 'none; off after 5 failures',
  ackLimit: 'not published',
  setup: ["In WooCommerce → Settings → Advanced → Webhooks add one with the source's URL and a secret, status Active."],
  test: 'Change an order.',
  notes: ['WooCommerce does not retry, and switches the webhook off after 5 failures.'],
  sample: {
    contentType: 'application/json',
    headers: { 'x-wc-webhook-topic': 'order.updated', 'x-wc-webhook-delivery-id': '{id}' },
    body: '{"id":118,"status":"processing","date_modified_gmt":"{iso}"}',
  },
}
