import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const heroku: Provider = {
  id: 'heroku',
  name: 'Heroku',
  docs: 'https://devcenter.heroku.com/articles/app-webhooks',
  checked: '2026-11-25',
  source: 'devcenter app-webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: hmac({ header: 'heroku-webhook-hmac-sha256', encoding: 'base64' }),
  secret: { form: 'text', hint: 'the secret of the subscription' },
  type: [['body:webhook_metadata.event.include', 'body:action']],
  key: [['body:webhook_metadata.delivery.id']],
  time: ['body:created_at'],
  volatile: ['/webhook_metadata/attempt'],
  retry: 'to 72 h',
  ackLimit: 'not published',
  setup: ["`heroku webhooks:add -i api:release -l notify -u <the source's URL> -t <secret>`."],
  test: 'Create a release.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"e1","action":"update","resource":"release","created_at":"{iso}","webhook_metadata":{"delivery":{"id":"{id}"},"event":{"id":"e1","include":"api:release"}}}',
  },
}
