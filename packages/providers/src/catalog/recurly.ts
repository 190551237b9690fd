import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const recurly: Provider = {
  id: 'recurly',
  name: 'Recurly',
  docs: 'https://docs.recurly.com/recurly-subscriptions/docs/signature-headers',
  checked: '2026-11-25',
  source: 'recurly-client-ruby lib/recurly/webhooks.rb; docs.recurly.com',
  confidence: 'S/S',
  proof: 'vector',
  scheme: hmac({
    header: 'recurly-signature',
    format: { type: 'time-first', separator: ',' },
    signed: ['{ts}', '.', '{body}'],
    time: { unit: 'ms' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'text', hint: 'the secret key of the endpoint, 64 hex digits used as text' },
  type: [['body:object_type', 'body:event_type']],
  key: [],
  time: ['body:event_time'],
  retry: '10, ~10+x·2^(x+5) s',
  ackLimit: 'not published',
  setup: ["In Integrations → Webhooks configure an endpoint (JSON) with the source's URL and copy its secret key."],
  test: '"Send test" on the endpoint.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","object_type":"account","site_id":"s","event_type":"created","event_time":"{iso}"}',
  },
}
