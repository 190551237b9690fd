import type { Provider } from '../provider.ts'
import { jwtHs } from '../schemes/jwt-schemes.ts'

export const netlify: Provider = {
  id: 'netlify',
  name: 'Netlify',
  docs: 'https://docs.netlify.com/deploy/deploy-notifications/',
  checked: '2026-11-25',
  source: 'docs.netlify.com notifications',
  confidence: 'T/K',
  proof: 'generated',
  scheme: jwtHs({ header: 'x-webhook-signature', issuer: 'netlify', bodyClaim: { name: 'sha256', encoding: 'hex' } }),
  secret: { form: 'text', isChosen: true, hint: 'the JWS secret token you typed' },
  type: [['header:x-netlify-event']],
  key: [],
  time: ['body:created_at|body:updated_at'],
  retry: 'none; off after 6 failures',
  ackLimit: 'not published',
  setup: [
    "In Project configuration → Notifications add an HTTP POST request with the source's URL and a JWS secret token.",
  ],
  test: 'Trigger a deploy.',
  notes: ['Netlify does not retry.'],
  sample: {
    contentType: 'application/json',
    headers: { 'x-netlify-event': 'deploy_created' },
    body: '{"id":"{id}","state":"ready","created_at":"{iso}"}',
  },
}
