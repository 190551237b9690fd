import type { Provider } from '../provider.ts'
import { jwtPlaid } from '../schemes/jwt-schemes.ts'

export const plaid: Provider = {
  id: 'plaid',
  name: 'Plaid',
  docs: 'https://plaid.com/docs/api/webhooks/webhook-verification/',
  checked: '2026-11-25',
  source: 'plaid.com/docs/api/webhooks/webhook-verification',
  confidence: 'K/K',
  proof: 'generated',
  scheme: jwtPlaid(),
  secret: {
    form: 'jwk',
    hint: 'the verification key as JSON on one line, with its kid (from /webhook_verification_key/get)',
  },
  type: [['body:webhook_type', 'body:webhook_code']],
  key: [],
  time: [],
  retry: '×4 from 30 s for 24 h; pauses at >90 % refusals',
  ackLimit: '10 s',
  setup: [
    "Pass the source's URL as `webhook` when you create the Link token, or update the Item.",
    "Fetch the key that the header's `kid` names with /webhook_verification_key/get and store it as the secret; when Plaid rotates, add the new one.",
  ],
  test: '/sandbox/item/fire_webhook.',
}
