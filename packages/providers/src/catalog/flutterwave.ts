import type { Provider } from '../provider.ts'
import { firstPresent } from '../schemes/first-present.ts'
import { hmac } from '../schemes/hmac.ts'
import { token } from '../schemes/token.ts'

export const flutterwave: Provider = {
  id: 'flutterwave',
  name: 'Flutterwave',
  docs: 'https://developer.flutterwave.com/docs/webhooks',
  checked: '2026-11-25',
  source: 'developer.flutterwave.com/docs/webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: firstPresent(
    'flutterwave',
    [
      { when: 'flutterwave-signature', scheme: hmac({ header: 'flutterwave-signature', encoding: 'base64' }) },
      { when: 'verif-hash', scheme: token({ header: 'verif-hash' }) },
    ],
    'v4: all of the body is covered; v3: nothing, whoever knows the hash can send.',
  ),
  secret: { form: 'text', isChosen: true, hint: 'the Secret Hash you typed' },
  type: [['body:event|body:type']],
  key: [['body:id'], ['body:data.id']],
  time: ['body:data.created_at|body:timestamp'],
  retry: '3 × 30 min if switched on',
  ackLimit: '60 s',
  setup: ["In Settings → Webhooks paste the source's URL and set a Secret hash."],
  test: 'Make a payment in test mode.',
  notes: ['v4 signs the body; v3 only repeats the secret hash in `verif-hash`.'],
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","timestamp":{ms},"type":"charge.completed","data":{"id":"chg_1"}}',
  },
}
