import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const lemonSqueezy: Provider = {
  id: 'lemon-squeezy',
  name: 'Lemon Squeezy',
  docs: 'https://docs.lemonsqueezy.com/help/webhooks/signing-requests',
  checked: '2026-11-25',
  source: 'docs.lemonsqueezy.com',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-signature' }),
  secret: {
    form: 'text',
    isChosen: true,
    hint: 'the signing secret you typed, 6 to 40 characters',
    pattern: { regex: /^.{6,40}$/, rule: '6 to 40 characters' },
    shortBelow: 16,
  },
  type: [['header:x-event-name|body:meta.event_name']],
  key: [],
  time: ['body:data.attributes.updated_at'],
  retry: '3: 5, 25, 125 s',
  ackLimit: 'not published',
  setup: ["In Settings → Webhooks create one with the source's URL and a signing secret."],
  test: '"Simulate event" in test mode.',
  sample: {
    contentType: 'application/json',
    headers: { 'x-event-name': 'order_created' },
    body: '{"meta":{"event_name":"order_created"},"data":{"type":"orders","id":"{id}","attributes":{"updated_at":"{iso}"}}}',
  },
}
