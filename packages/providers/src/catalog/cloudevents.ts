import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'

export const cloudevents: Provider = {
  id: 'cloudevents',
  name: 'CloudEvents (webhook)',
  docs: 'https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md',
  checked: '2026-11-25',
  source: 'cloudevents/spec http-webhook.md',
  confidence: 'S/S',
  proof: 'none',
  scheme: token({ header: 'authorization', prefix: 'Bearer ', query: 'access_token' }),
  secret: { form: 'text', isChosen: true, hint: 'the token, without Bearer' },
  type: [['header:ce-type|body:type']],
  key: 'cloudevents',
  time: ['header:ce-time|body:time'],
  handshakes: [{ kind: 'cloudevents' }],
  retry: '410 stop, 429 + Retry-After MUST, 415 unknown format, no 3xx',
  ackLimit: 'not published',
  setup: ["Give the sender the source's URL and the token; it sends `Authorization: Bearer <token>`."],
  test: 'Send the sample with curl.',
  sample: {
    contentType: 'application/cloudevents+json',
    body: '{"specversion":"1.0","id":"{id}","source":"/demo","type":"com.example.created","time":"{iso}","data":{}}',
  },
}
