import type { Provider } from '../provider.ts'
import { basic } from '../schemes/token.ts'

export const basicAuth: Provider = {
  id: 'basic-auth',
  name: 'Basic authentication',
  docs: 'https://datatracker.ietf.org/doc/html/rfc7617',
  checked: '2026-11-25',
  source: 'RFC 7617',
  confidence: 'S/K',
  proof: 'generated',
  scheme: basic(),
  secret: { form: 'user-password', isChosen: true, hint: 'user:password', shortBelow: 8 },
  type: [],
  key: [],
  time: [],
  retry: 'the sender decides',
  ackLimit: 'none known',
  setup: ['Have the sender use user and password, or write them into the URL: https://user:password@…'],
  test: 'Send a request with curl -u.',
  sample: { contentType: 'application/json', body: '{"hello":"world","id":"{id}"}' },
}
