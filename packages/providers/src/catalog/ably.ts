import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const ably: Provider = {
  id: 'ably',
  name: 'Ably',
  docs: 'https://ably.com/docs/platform/integrations/webhooks',
  checked: '2026-11-25',
  source: 'ably/docs webhooks/index.mdx',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-ably-signature', encoding: 'base64', keyName: 'x-ably-key' }),
  secret: { form: 'named-key', hint: 'the API key, keyName:secret' },
  type: [['body:items.0.name']],
  key: [],
  time: ['body:items.0.timestamp'],
  retry: 'rising to 60 s; unbatched: limited',
  ackLimit: '15 s',
  setup: ["In Integrations create a webhook (batched) with the source's URL, and choose the key that signs."],
  test: 'Publish to a channel of the rule.',
  notes: ['A batch stays one event, typed by its first item.'],
  sample: {
    contentType: 'application/json',
    body: '{"items":[{"webhookId":"{id}","source":"channel.message","serial":"a:1","timestamp":{ms},"name":"channel.message","data":{}}]}',
  },
}
