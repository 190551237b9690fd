import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const dropbox: Provider = {
  id: 'dropbox',
  name: 'Dropbox',
  docs: 'https://www.dropbox.com/developers/reference/webhooks',
  checked: '2026-11-25',
  source: 'dropbox.com/developers/reference/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-dropbox-signature' }),
  secret: { form: 'text', hint: 'the App secret' },
  type: [],
  key: [],
  time: [],
  handshakes: [{ kind: 'echo-query', parameter: 'challenge', method: 'GET' }],
  retry: 'exponential ~1 h',
  ackLimit: '10 s',
  setup: ["In the App Console → Webhooks paste the source's URL."],
  test: 'Change a file of a connected account.',
  notes: [
    "A delivery only says that something changed, in equal bytes each time: two within the claims' memory count as one. List the changes with your cursor.",
  ],
  sample: {
    contentType: 'application/json',
    body: '{"list_folder":{"accounts":["dbid:{id}"]},"delta":{"users":[12345678]}}',
  },
}
