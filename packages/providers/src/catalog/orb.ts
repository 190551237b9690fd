import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const orb: Provider = {
  id: 'orb',
  name: 'Orb',
  docs: 'https://docs.withorb.com/integrations-and-exports/webhooks',
  checked: '2026-11-25',
  source: 'orb-node src/resources/webhooks.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'x-orb-signature',
    format: { type: 'list', separator: ' ', prefix: 'v1=' },
    signed: ['v1:', '{ts}', ':', '{body}'],
    time: { header: 'x-orb-timestamp', unit: 'iso' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'text', hint: 'the webhook secret' },
  type: [['body:type']],
  key: [['body:id']],
  time: ['body:created_at'],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In Developers → Webhooks add an endpoint with the source's URL and copy its secret."],
  test: '"Send test webhook" on the endpoint.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","created_at":"{iso}","type":"resource_event.test","properties":{}}',
  },
}
