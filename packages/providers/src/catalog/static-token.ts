import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'
import { headerOption } from './header-option.ts'

export const staticToken: Provider = {
  id: 'static-token',
  name: 'Static token',
  docs: 'https://datatracker.ietf.org/doc/html/rfc9110#name-authorization',
  checked: '2026-11-25',
  source: 'RFC 9110',
  confidence: 'S/K',
  proof: 'generated',
  scheme: token({ header: { option: 'header' } }),
  secret: { form: 'text', isChosen: true, hint: 'the whole value of the header' },
  options: [headerOption],
  type: [],
  key: [],
  time: [],
  retry: 'the sender decides',
  ackLimit: 'none known',
  setup: ['Have the sender put the token into the header that the option `header` names.'],
  test: 'Send a request with curl.',
  sample: { contentType: 'application/json', body: '{"hello":"world","id":"{id}"}' },
}
