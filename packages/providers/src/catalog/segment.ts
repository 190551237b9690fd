import type { Provider } from '../provider.ts'
import { segment } from '../schemes/body-proof.ts'

export const segmentProvider: Provider = {
  id: 'segment',
  name: 'Segment',
  docs: 'https://segment.com/docs/connections/destinations/catalog/webhooks/',
  checked: '2026-11-25',
  source: 'segment.com catalog/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: segment(),
  secret: { form: 'text', hint: 'the Shared Secret of the destination' },
  type: [['item:type', 'item:event']],
  key: [['item:messageId']],
  time: ['item:timestamp'],
  split: { path: '' },
  retry: '9 over ~4 h',
  ackLimit: '5 s',
  setup: ["Add the destination Webhooks with the source's URL and a Shared Secret."],
  test: 'Event Tester of the destination.',
  notes: ['Of a batch Segment may sign the first item alone; the others are then taken on its word.'],
  sample: {
    contentType: 'application/json',
    body: '{"messageId":"{id}","type":"track","event":"User Registered","timestamp":"{iso}"}',
  },
}
