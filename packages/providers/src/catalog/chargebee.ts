import type { Provider } from '../provider.ts'
import { basic } from '../schemes/token.ts'

export const chargebee: Provider = {
  id: 'chargebee',
  name: 'Chargebee',
  docs: 'https://www.chargebee.com/docs/2.0/webhook_settings.html',
  checked: '2026-11-25',
  source: 'chargebee.com webhook_settings',
  confidence: 'T/K',
  proof: 'generated',
  scheme: basic(),
  secret: { form: 'user-password', isChosen: true, hint: 'user:password of the basic authentication', shortBelow: 8 },
  type: [['body:event_type']],
  key: [['body:id']],
  time: ['body:occurred_at'],
  volatile: ['/webhook_status', '/webhooks'],
  retry: '7 over ~2 d 7 h',
  ackLimit: '20 s read, 60 s all',
  setup: ["In Settings → Configure Chargebee → Webhooks add one with the source's URL and basic authentication."],
  test: '"Test Webhook" on its page.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","occurred_at":{s},"event_type":"subscription_created","content":{}}',
  },
}
