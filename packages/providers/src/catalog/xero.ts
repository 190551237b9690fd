import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const xero: Provider = {
  id: 'xero',
  name: 'Xero',
  docs: 'https://developer.xero.com/documentation/guides/webhooks/overview/',
  checked: '2026-11-25',
  source: 'developer.xero.com webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-xero-signature', encoding: 'base64' }),
  secret: { form: 'text', hint: 'the Webhooks key of the app' },
  type: [['item:eventCategory', 'item:eventType']],
  key: [['item:resourceId', 'item:eventDateUtc']],
  time: ['item:eventDateUtc'],
  split: { path: 'events' },
  answer: { status: 200, headers: {}, body: '' },
  retry: 'to 24 h, then disabled',
  ackLimit: '5 s',
  setup: [
    "In My Apps → your app → Webhooks paste the source's URL and copy the Webhooks key into the source.",
    'Save: Xero sends its intent to receive, well and badly signed.',
  ],
  test: '"Intent to receive" on the Webhooks page.',
  sample: {
    contentType: 'application/json',
    body: '{"events":[{"resourceId":"{id}","eventDateUtc":"{iso}","eventType":"UPDATE","eventCategory":"INVOICE"}],"firstEventSequence":1,"lastEventSequence":1,"entropy":"S0m3r4Nd0mt3xt"}',
  },
}
