import type { Provider } from '../provider.ts'
import { none } from '../schemes/token.ts'

export const nothing: Provider = {
  id: 'none',
  name: 'None',
  docs: 'https://www.rfc-editor.org/rfc/rfc9110',
  checked: '2026-11-25',
  source: '–',
  confidence: 'S/K',
  proof: 'generated',
  scheme: none(),
  secret: { form: 'none', hint: 'there is none: anyone who knows the address can send' },
  type: [],
  key: [],
  time: [],
  retry: 'the sender decides',
  ackLimit: 'none known',
  setup: ["Give the sender the source's URL, and nobody else."],
  test: 'Send a request with curl.',
  notes: ['Anyone who knows the address can send. Choose a scheme that proves the sender wherever there is one.'],
  sample: { contentType: 'application/json', body: '{"hello":"world","id":"{id}"}' },
}
