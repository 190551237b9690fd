import type { Provider } from '../provider.ts'
import { basic } from '../schemes/token.ts'

export const postmark: Provider = {
  id: 'postmark',
  name: 'Postmark',
  docs: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  checked: '2026-11-25',
  source: 'postmarkapp.com/developer/webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: basic(),
  secret: { form: 'user-password', isChosen: true, hint: 'user:password, as in the URL you registered', shortBelow: 8 },
  type: [['body:RecordType']],
  key: [['body:MessageID', 'body:RecordType']],
  time: ['body:ReceivedAt|body:DeliveredAt|body:BouncedAt|body:ChangedAt'],
  retry: 'bounce/inbound 10 tries to 6 h, others 3; 403 stops',
  ackLimit: '2 min',
  setup: [
    "In the server's message stream choose Webhooks → Add webhook, paste the source's URL, and fill in Basic auth credentials.",
  ],
  test: '"Send test" on the webhook\'s page.',
  sample: {
    contentType: 'application/json',
    body: '{"RecordType":"Delivery","MessageID":"{id}","Recipient":"john@example.com","DeliveredAt":"{iso}"}',
  },
}
