import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const github: Provider = {
  id: 'github',
  name: 'GitHub',
  docs: 'https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries',
  checked: '2026-11-25',
  source: 'github/docs validating-webhook-deliveries.md',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-hub-signature-256', format: { type: 'plain', prefix: 'sha256=' } }),
  secret: { form: 'text', isChosen: true, hint: "the secret you typed on the webhook's page" },
  type: [['header:x-github-event', 'body:action|form:payload>action']],
  key: [['header:x-github-delivery']],
  time: [],
  retry: 'none automatic; manual/API redelivery for 3 days',
  ackLimit: '10 s',
  setup: [
    "In Settings → Webhooks → Add webhook paste the source's URL, choose content type application/json, and type a secret of your own.",
  ],
  test: 'Recent Deliveries → Redeliver; a ping is sent on creation.',
  notes: [
    'The delivery id is not signed: who holds a signed body can send it again under another id.',
    "GitHub does not retry by itself, and sends up to 25 MB; above the source's limit that is 413 and gone.",
  ],
  sample: {
    contentType: 'application/json',
    headers: { 'x-github-event': 'issues', 'x-github-delivery': '{id}' },
    body: '{"zen":"Design for failure.","hook_id":1,"action":"opened","repository":{"full_name":"octo/repo"}}',
  },
}
