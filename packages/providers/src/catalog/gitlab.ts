import type { Provider } from '../provider.ts'
import { firstPresent } from '../schemes/first-present.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'
import { token } from '../schemes/token.ts'

export const gitlab: Provider = {
  id: 'gitlab',
  name: 'GitLab',
  docs: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  checked: '2026-11-25',
  source: 'gitlab-org/gitlab merge request 230944; docs.gitlab.com webhooks',
  confidence: 'S/S',
  proof: 'generated',
  scheme: firstPresent(
    'gitlab',
    [
      { when: 'webhook-signature', scheme: standardWebhooks(), uses: isSigningToken },
      {
        when: 'x-gitlab-token',
        scheme: token({ header: 'x-gitlab-token' }),
        uses: (secret) => !isSigningToken(secret),
      },
    ],
    'With a signing token all of the body is covered; with a secret token nothing.',
  ),
  secret: { form: 'gitlab', isChosen: true, hint: 'the signing token (whsec_…), or else the secret token you typed' },
  type: [['header:x-gitlab-event', 'body:object_kind']],
  key: [['header:webhook-id'], ['header:idempotency-key']],
  time: [],
  retry: 'retries on failure; 4 failures → off 1 min…24 h, 40 → off for good',
  ackLimit: '10 s',
  setup: [
    "In Settings → Webhooks → Add new webhook paste the source's URL.",
    'Generate a signing token and copy it; older versions know only a secret token, which you type yourself.',
  ],
  test: "Test → Push events on the webhook's row.",
  notes: [
    'Where `webhook-signature` is present the token never counts: a stolen token does not stand in for a signature.',
  ],
  sample: {
    contentType: 'application/json',
    headers: { 'x-gitlab-event': 'Push Hook' },
    body: '{"object_kind":"push","ref":"refs/heads/main"}',
  },
}

function isSigningToken(secret: string): boolean {
  return secret.startsWith('whsec_') || secret.startsWith('whpk_')
}
