import type { Provider } from '../provider.ts'
import { braintree } from '../schemes/braintree.ts'

export const braintreeProvider: Provider = {
  id: 'braintree',
  name: 'Braintree',
  docs: 'https://developer.paypal.com/braintree/docs/guides/webhooks/overview',
  checked: '2026-11-25',
  source: 'braintree_node webhook_notification_gateway',
  confidence: 'S/K',
  proof: 'generated',
  scheme: braintree(),
  secret: { form: 'key-pair', hint: 'public_key|private_key of the API', shortBelow: 8 },
  type: [['xml:kind']],
  key: [],
  time: ['xml:timestamp'],
  handshakes: [{ kind: 'braintree' }],
  retry: 'hourly for 24 h',
  ackLimit: '30 s',
  setup: [
    'Store the API key pair first: Braintree sends a challenge when you save.',
    "In Settings → API → Webhooks create a webhook with the source's URL.",
  ],
  test: '"Check URL" on the webhook\'s row.',
  sample: {
    contentType: 'application/x-www-form-urlencoded',
    body: 'bt_signature=&bt_payload=PG5vdGlmaWNhdGlvbj48dGltZXN0YW1wIHR5cGU9ImRhdGV0aW1lIj4yMDI0LTAxLTAxVDAwOjAwOjAwWjwvdGltZXN0YW1wPjxraW5kPmNoZWNrPC9raW5kPjwvbm90aWZpY2F0aW9uPg%3D%3D%0A',
  },
}
