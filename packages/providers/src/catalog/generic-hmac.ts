import type { Provider } from '../provider.ts'
import { genericHmac } from '../schemes/generic-hmac.ts'
import { genericOptions } from './generic-options.ts'

export const genericHmacProvider: Provider = {
  id: 'generic-hmac',
  name: 'Generic HMAC',
  docs: 'https://datatracker.ietf.org/doc/html/rfc2104',
  checked: '2026-11-25',
  source: 'RFC 2104',
  confidence: 'S/K',
  proof: 'generated',
  scheme: genericHmac(),
  secret: { form: 'generic', isChosen: true, hint: 'the key' },
  options: genericOptions,
  type: [],
  key: [],
  time: [],
  retry: 'the sender decides',
  ackLimit: 'none known',
  setup: ["Tell the sender the source's URL, and describe its signature with the options."],
  test: 'Send a signed request with curl.',
  sample: { contentType: 'application/json', body: '{"hello":"world","id":"{id}"}' },
}
