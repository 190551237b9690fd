import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const line: Provider = {
  id: 'line',
  name: 'LINE',
  docs: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  checked: '2026-11-25',
  source: 'line-bot-sdk-nodejs',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-line-signature', encoding: 'base64' }),
  secret: { form: 'text', hint: 'the Channel secret' },
  type: [['item:type']],
  key: [['item:webhookEventId']],
  time: ['item:timestamp'],
  split: { path: 'events' },
  volatile: ['/deliveryContext'],
  retry: 'opt-in redelivery, deliveryContext.isRedelivery',
  ackLimit: '~2 s',
  setup: [
    "In the Messaging API tab of the channel paste the source's URL and switch Use webhook on.",
    'Copy the Channel secret from Basic settings.',
  ],
  test: '"Verify" beside the URL (it sends no events).',
  sample: {
    contentType: 'application/json',
    body: '{"destination":"U1","events":[{"type":"message","webhookEventId":"{id}","timestamp":{ms},"deliveryContext":{"isRedelivery":false},"message":{"type":"text","id":"1","text":"hello"}}]}',
  },
}
