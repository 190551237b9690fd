import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const xTwitter: Provider = {
  id: 'x-twitter',
  name: 'X (Twitter)',
  docs: 'https://docs.x.com/x-api/webhooks/introduction',
  checked: '2026-11-25',
  source: 'docs.x.com webhooks',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({
    header: 'x-twitter-webhooks-signature',
    format: { type: 'plain', prefix: 'sha256=' },
    encoding: 'base64',
  }),
  secret: { form: 'text', hint: 'the API (consumer) secret of the app' },
  type: [['first-member-but:for_user_id,user_has_blocked']],
  key: [],
  time: [],
  handshakes: [{ kind: 'x-crc' }],
  retry: 'none (replay API)',
  ackLimit: '10 s, CRC 3 s',
  setup: [
    'Store the consumer secret first: X checks the address with a challenge.',
    "POST /2/webhooks with the source's URL.",
  ],
  test: 'PUT /2/webhooks/:id repeats the challenge.',
  sample: {
    contentType: 'application/json',
    body: '{"for_user_id":"2244994945","tweet_create_events":[{"id_str":"{id}","timestamp_ms":"{ms}"}]}',
  },
}
