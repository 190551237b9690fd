import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const circleci: Provider = {
  id: 'circleci',
  name: 'CircleCI',
  docs: 'https://circleci.com/docs/outbound-webhooks/',
  checked: '2026-11-25',
  source: 'circleci-docs outbound-webhooks.adoc',
  confidence: 'S/S',
  proof: 'vector',
  scheme: hmac({ header: 'circleci-signature', format: { type: 'list', separator: ',', prefix: 'v1=' } }),
  secret: { form: 'text', isChosen: true, hint: 'the secret token you typed' },
  type: [['header:circleci-event-type|body:type']],
  key: [['body:id']],
  time: ['body:happened_at'],
  retry: 'non-2xx retried later',
  ackLimit: '10 s',
  setup: ["In Project Settings → Webhooks add one with the source's URL and a secret token."],
  test: '"Test Ping Event" on the webhook.',
  sample: {
    contentType: 'application/json',
    headers: { 'circleci-event-type': 'workflow-completed' },
    body: '{"id":"{id}","type":"workflow-completed","happened_at":"{iso}","workflow":{"status":"success"}}',
  },
}
