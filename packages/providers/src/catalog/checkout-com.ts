import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const checkoutCom: Provider = {
  id: 'checkout-com',
  name: 'Checkout.com',
  docs: 'https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks',
  checked: '2026-11-25',
  source: 'checkout.com/docs set-up-your-webhook-receiver',
  confidence: 'S/K',
  proof: 'none',
  scheme: hmac({ header: 'cko-signature' }),
  secret: { form: 'text', hint: 'the signature key of the workflow action' },
  type: [['body:type']],
  key: [['body:id']],
  time: ['body:created_on'],
  retry: '8 rising',
  ackLimit: '10 s',
  setup: ["In Developers → Workflows add an action Send a webhook with the source's URL and copy the signature key."],
  test: '"Test" of the workflow.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","type":"payment_captured","created_on":"{iso}","data":{"id":"pay_1"}}',
  },
}
