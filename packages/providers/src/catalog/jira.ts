import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const jira: Provider = {
  id: 'jira',
  name: 'Jira',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  checked: '2026-11-25',
  source: 'developer.atlassian.com cloud/jira/platform/webhooks',
  confidence: 'S/S',
  proof: 'vector',
  scheme: hmac({ header: 'x-hub-signature', format: { type: 'plain', prefix: 'sha256=' } }),
  secret: { form: 'text', isChosen: true, hint: 'the secret of the webhook' },
  type: [['body:webhookEvent']],
  key: [['header:x-atlassian-webhook-identifier']],
  time: ['body:timestamp'],
  retry: '≤5 for connect errors, 408, 409, 425, 429, 5xx; 5–15 min apart; X-Atlassian-Webhook-Retry',
  ackLimit: '~30 s (secondary flow ≤15 min late)',
  setup: ["In Settings → System → WebHooks create a webhook with the source's URL and generate a secret."],
  test: "Change an issue of the webhook's JQL filter.",
  notes: ['Webhooks of Connect apps carry a JWT instead and are refused.'],
  sample: {
    contentType: 'application/json',
    headers: { 'x-atlassian-webhook-identifier': '{id}' },
    body: '{"timestamp":{ms},"webhookEvent":"jira:issue_updated","issue":{"key":"DEMO-1"}}',
  },
}
