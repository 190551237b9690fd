import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const stripe: Provider = {
  id: 'stripe',
  name: 'Stripe',
  docs: 'https://docs.stripe.com/webhooks',
  checked: '2026-11-25',
  source: 'stripe-dotnet EventUtilityTest.cs, stripe-node src/Webhooks.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'stripe-signature',
    format: { type: 'kv', separator: ',', time: 't', signature: 'v1' },
    signed: ['{ts}', '.', '{body}'],
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'text', hint: 'the signing secret of the endpoint; whsec_… is the key as it stands, not base64' },
  type: [['body:type']],
  key: [['body:id']],
  time: ['body:created'],
  volatile: ['/pending_webhooks'],
  retry: 'live: exponential up to 3 days; sandbox 3 tries; any non-2xx (3xx too)',
  ackLimit: 'not published; answer at once',
  setup: [
    "In Workbench (or Developers → Webhooks) choose Add destination, pick the events, and paste the source's URL.",
    'Reveal and copy the Signing secret of the destination.',
  ],
  test: '`stripe trigger customer.created`, or "Send test event" on the destination\'s page.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","object":"event","api_version":"2024-06-20","created":{s},"type":"customer.created","livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"data":{"object":{"id":"cus_1","object":"customer"}}}',
  },
}
