import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const vercel: Provider = {
  id: 'vercel',
  name: 'Vercel',
  docs: 'https://vercel.com/docs/webhooks/webhooks-api',
  checked: '2026-11-25',
  source: 'vercel.com/docs/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-vercel-signature', hash: 'sha1' }),
  secret: { form: 'text', hint: 'the secret of the webhook, or the client secret of the integration' },
  type: [['body:type']],
  key: [['body:id']],
  time: ['body:createdAt'],
  retry: 'to 24 h',
  ackLimit: 'not published',
  setup: [
    "In the team's Settings → Webhooks create a webhook with the source's URL and copy the secret, which is shown once.",
  ],
  test: 'Deploy a project.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","type":"deployment.created","createdAt":{ms},"payload":{}}',
  },
}
