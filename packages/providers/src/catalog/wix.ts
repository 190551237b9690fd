import type { Provider } from '../provider.ts'
import { jwtWix } from '../schemes/jwt-schemes.ts'

export const wix: Provider = {
  id: 'wix',
  name: 'Wix',
  docs: 'https://dev.wix.com/docs/build-apps/develop-your-app/api-integrations/events-and-webhooks/about-webhooks',
  checked: '2026-11-25',
  source: 'dev.wix.com webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: jwtWix(),
  secret: { form: 'pem', hint: 'the public key of the app (PEM)' },
  type: [['claim:data>eventType']],
  key: [['claim:data>data>id']],
  time: ['claim:iat'],
  claims: 'body',
  retry: '12 over 48 h',
  ackLimit: '1.25 s',
  setup: ["In the app's dashboard → Webhooks create one with the source's URL and copy the public key."],
  test: '"Test" beside the webhook.',
  notes: ['The body is a token, kept as text; its claims give type, id and time.'],
}
