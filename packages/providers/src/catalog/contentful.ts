import type { Provider } from '../provider.ts'
import { contentful } from '../schemes/contentful.ts'

export const contentfulProvider: Provider = {
  id: 'contentful',
  name: 'Contentful',
  docs: 'https://www.contentful.com/developers/docs/webhooks/request-verification/',
  checked: '2026-11-25',
  source: 'contentful/node-apps-toolkit src/requests; contentful docs secrets',
  confidence: 'S/S',
  proof: 'generated',
  scheme: contentful(),
  secret: {
    form: 'text',
    hint: 'the signing secret of the space, exactly 64 characters',
    pattern: { regex: /^.{64}$/, rule: 'exactly 64 characters' },
  },
  type: [['header:x-contentful-topic']],
  key: [['header:x-contentful-idempotency-key']],
  time: ['header:x-contentful-event-datetime'],
  retry: '2 more (~30 s, ~60 s) on 429/5xx',
  ackLimit: '30 s',
  setup: [
    "In Settings → Webhooks add a webhook with the source's URL.",
    'In the tab Settings enable request verification and copy the signing secret.',
  ],
  test: 'Publish an entry.',
  notes: ['Of the address only path and query are signed.'],
  sample: {
    contentType: 'application/vnd.contentful.management.v1+json',
    headers: {
      'x-contentful-topic': 'ContentManagement.Entry.publish',
      'x-contentful-idempotency-key': '{id}',
      'x-contentful-event-datetime': '{iso}',
    },
    body: '{"sys":{"type":"Entry","id":"abc"}}',
  },
}
