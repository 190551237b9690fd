import type { Provider } from '../provider.ts'
import { jwtHs } from '../schemes/jwt-schemes.ts'

export const livekit: Provider = {
  id: 'livekit',
  name: 'LiveKit',
  docs: 'https://docs.livekit.io/home/server/webhooks/',
  checked: '2026-11-25',
  source: 'livekit/node-sdks WebhookReceiver',
  confidence: 'S/K',
  proof: 'generated',
  scheme: jwtHs({ header: 'authorization', issuer: 'key-name', bodyClaim: { name: 'sha256', encoding: 'base64' } }),
  secret: { form: 'named-key', hint: 'api_key:api_secret' },
  type: [['body:event']],
  key: [['body:id']],
  time: ['body:createdAt'],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In the project's Settings → Webhooks add the source's URL and choose the API key that signs."],
  test: 'Start a room.',
  sample: {
    contentType: 'application/webhook+json',
    body: '{"event":"room_started","id":"{id}","createdAt":"{s}","room":{"sid":"RM_1","name":"demo"}}',
  },
}
