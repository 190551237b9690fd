import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const smartcar: Provider = {
  id: 'smartcar',
  name: 'Smartcar',
  docs: 'https://smartcar.com/docs/integrations/webhooks/payload-verification',
  checked: '2026-11-25',
  source: 'smartcar/node-sdk',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'sc-signature' }),
  secret: { form: 'text', hint: 'the application management token' },
  type: [['body:eventName|body:eventType']],
  key: [['body:eventId']],
  time: [],
  handshakes: [{ kind: 'smartcar' }],
  retry: 'not published',
  ackLimit: 'not published',
  setup: [
    'Store the application management token first: Smartcar sends a challenge.',
    "In Integrations → Webhooks add one with the source's URL and press Verify.",
  ],
  test: '"Send test" on the webhook.',
  sample: { contentType: 'application/json', body: '{"eventId":"{id}","eventType":"VEHICLE_STATE","data":{}}' },
}
