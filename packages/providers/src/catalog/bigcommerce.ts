import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const bigcommerce: Provider = {
  id: 'bigcommerce',
  name: 'BigCommerce',
  docs: 'https://developer.bigcommerce.com/docs/integrations/webhooks',
  checked: '2026-11-25',
  source: 'bigcommerce/docs https-webhook-overview.mdx',
  confidence: 'S/S',
  proof: 'generated',
  scheme: standardWebhooks({ key: 'utf8' }),
  secret: { form: 'text', hint: 'the client_secret of the app or API account' },
  type: [['body:scope']],
  key: [['header:webhook-id']],
  time: ['body:created_at'],
  retry: '60 s…86400 s, 11 tries/48 h, then off; domain blocked 3 min below 90 % success',
  ackLimit: 'not published',
  setup: [
    "POST /v3/hooks with the source's URL as destination.",
    'Store the client_secret of the API account that created the hook.',
  ],
  test: 'Change an order.',
  notes: ["Standard Webhooks, but the secret's own bytes are the key."],
  sample: {
    contentType: 'application/json',
    body: '{"store_id":"11111","producer":"stores/abcde","scope":"store/order/statusUpdated","created_at":{s},"data":{"type":"order","id":173331}}',
  },
}
