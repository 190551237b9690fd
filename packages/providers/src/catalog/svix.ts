import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const svix: Provider = {
  id: 'svix',
  name: 'Svix',
  docs: 'https://docs.svix.com/receiving/verifying-payloads/how',
  checked: '2026-11-25',
  source: 'svix/svix-webhooks',
  confidence: 'S/K',
  proof: 'vector',
  scheme: standardWebhooks({ prefixes: ['svix', 'webhook'] }),
  secret: {
    form: 'whsec',
    hint: "the endpoint's signing secret, whsec_ followed by base64; or whpk_ for v1a",
    shortBelow: 24,
  },
  type: [['body:type']],
  key: [['header:svix-id|header:webhook-id']],
  time: ['body:timestamp'],
  retry: '0, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 10 h; endpoint off after 5 days',
  ackLimit: '15 s',
  setup: [
    "In the application portal choose Endpoints → Add Endpoint and paste the source's URL.",
    'Copy the Signing Secret of the endpoint.',
  ],
  test: 'On the endpoint\'s page, tab Testing, press "Send Example".',
  sample: {
    contentType: 'application/json',
    body: '{"type":"user.created","timestamp":"{iso}","data":{"id":"user_1"}}',
  },
}
