import type { Provider } from '../provider.ts'
import { adyenItems } from '../schemes/body-proof.ts'
import { firstPresent } from '../schemes/first-present.ts'
import { hmac } from '../schemes/hmac.ts'

export const adyen: Provider = {
  id: 'adyen',
  name: 'Adyen',
  docs: 'https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures',
  checked: '2026-11-25',
  source: 'adyen node, java, php libraries',
  confidence: 'S/K',
  proof: 'vector',
  scheme: firstPresent(
    'adyen',
    [
      { when: 'hmacsignature', scheme: hmac({ header: 'hmacsignature', encoding: 'base64', key: 'hex' }) },
      { scheme: adyenItems() },
    ],
    'Platform webhooks: all of the body is covered; payment webhooks: eight fields of each item.',
  ),
  secret: { form: 'hex', hint: 'the HMAC key of the webhook, in hex digits' },
  type: [['item:NotificationRequestItem.eventCode|body:eventCode|body:type']],
  key: [
    [
      'item:NotificationRequestItem.pspReference|body:pspReference',
      'item:NotificationRequestItem.eventCode|body:eventCode',
    ],
  ],
  time: ['item:NotificationRequestItem.eventDate|body:eventDate|body:timestamp'],
  split: { path: 'notificationItems' },
  retry: 'queue: rising waits up to 30 days; answer 2xx (once "[accepted]")',
  ackLimit: '10 s',
  setup: [
    "In Developers → Webhooks create a Standard (or platform) webhook with the source's URL.",
    'Generate the HMAC key and copy it before you save.',
  ],
  test: '"Test configuration" on the webhook\'s page.',
  notes: [
    'Payment webhooks sign eight fields of each item, not the whole body; platform webhooks sign the body in the header `HmacSignature`.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"type":"balancePlatform.transaction.created","environment":"test","timestamp":"{iso}","data":{"id":"{id}"}}',
  },
}
