import type { Provider } from '../provider.ts'
import { basic } from '../schemes/token.ts'

export const pipedrive: Provider = {
  id: 'pipedrive',
  name: 'Pipedrive',
  docs: 'https://pipedrive.readme.io/docs/guide-for-webhooks-v2',
  checked: '2026-11-25',
  source: 'developers.pipedrive.com; hookdeck/webhook-samples',
  confidence: 'T/K',
  proof: 'none',
  scheme: basic(),
  secret: { form: 'user-password', isChosen: true, hint: 'user:password of the HTTP authentication', shortBelow: 8 },
  type: [['body:meta.action', 'body:meta.entity']],
  key: [['body:meta.correlation_id|body:meta.id']],
  time: ['body:meta.timestamp'],
  volatile: ['/meta/attempt'],
  retry: '3 (3 s, 30 s, 150 s)',
  ackLimit: '10 s',
  setup: ["In Tools and apps → Webhooks create one with the source's URL, HTTP auth username and password."],
  test: 'Change a deal.',
  sample: {
    contentType: 'application/json',
    body: '{"meta":{"action":"change","entity":"deal","id":"{id}","timestamp":"{iso}","attempt":1},"data":{"id":1}}',
  },
}
