import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const easypost: Provider = {
  id: 'easypost',
  name: 'EasyPost',
  docs: 'https://docs.easypost.com/guides/webhooks-guide',
  checked: '2026-11-25',
  source: 'easypost-node src/utils/util.js',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-hmac-signature', format: { type: 'plain', prefix: 'hmac-sha256-hex=' }, key: 'nfkd' }),
  secret: { form: 'text', isChosen: true, hint: 'the webhook secret you gave' },
  type: [['body:description']],
  key: [['body:id']],
  time: ['body:created_at'],
  retry: 'not published',
  ackLimit: '7 s',
  setup: ["Create a webhook with the source's URL and a webhook_secret."],
  test: 'Buy a label in test mode.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","object":"Event","created_at":"{iso}","description":"tracker.updated","result":{}}',
  },
}
