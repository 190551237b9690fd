import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const trello: Provider = {
  id: 'trello',
  name: 'Trello',
  docs: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/',
  checked: '2026-11-25',
  source: 'developer.atlassian.com trello webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-trello-webhook', hash: 'sha1', encoding: 'base64', signed: ['{body}', '{url}'] }),
  secret: { form: 'text', hint: 'the secret of the Power-Up or application' },
  type: [['body:action.type']],
  key: [['body:action.id']],
  time: ['body:action.date'],
  handshakes: [{ kind: 'status', method: 'HEAD', status: 200 }],
  retry: '30 s, 60 s, 120 s; 410 deletes',
  ackLimit: 'not published',
  setup: [
    "POST /1/webhooks with the source's URL as callbackURL.",
    "Copy the application's secret from the Power-Up admin portal.",
  ],
  test: 'Change a card of the model.',
  sample: {
    contentType: 'application/json',
    body: '{"action":{"id":"{id}","type":"updateCard","date":"{iso}"},"model":{"id":"1"}}',
  },
}
