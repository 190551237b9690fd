import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const bitbucket: Provider = {
  id: 'bitbucket',
  name: 'Bitbucket',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  checked: '2026-11-25',
  source: 'bitbucket.org/blog/enhanced-webhook-security',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-hub-signature', format: { type: 'plain', prefix: 'sha256=' } }),
  secret: { form: 'text', isChosen: true, hint: "the secret you typed on the webhook's page" },
  type: [['header:x-event-key']],
  key: [['header:x-request-uuid']],
  time: [],
  retry: '5xx/timeouts: 2 more, X-Attempt-Number',
  ackLimit: '10 s',
  setup: ["In Repository settings → Webhooks → Add webhook paste the source's URL and generate a secret."],
  test: 'View requests → Resend, once a delivery exists.',
  notes: ["The header is named like GitHub's old one but carries SHA-256."],
  sample: {
    contentType: 'application/json',
    headers: { 'x-event-key': 'repo:push', 'x-request-uuid': '{id}' },
    body: '{"push":{"changes":[]}}',
  },
}
