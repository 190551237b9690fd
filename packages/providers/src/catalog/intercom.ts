import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const intercom: Provider = {
  id: 'intercom',
  name: 'Intercom',
  docs: 'https://developers.intercom.com/docs/webhooks/setting-up-webhooks',
  checked: '2026-11-25',
  source: 'developers.intercom.com webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-hub-signature', format: { type: 'plain', prefix: 'sha1=' }, hash: 'sha1' }),
  secret: { form: 'text', hint: 'the client secret of the app' },
  type: [['body:topic']],
  key: [['body:id']],
  time: ['body:created_at'],
  handshakes: [{ kind: 'status', method: 'HEAD', status: 200 }],
  retry: '1 retry after 1 min; 410 off',
  ackLimit: '5 s',
  setup: [
    "In the developer hub choose your app → Webhooks and paste the source's URL.",
    'Copy the client secret from Basic information.',
  ],
  test: '"Send a test request" on the Webhooks page.',
  sample: {
    contentType: 'application/json',
    body: '{"type":"notification_event","topic":"conversation.user.created","id":"{id}","created_at":{s},"data":{"item":{}}}',
  },
}
