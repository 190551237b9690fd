import type { Provider } from '../provider.ts'
import { jwtHs } from '../schemes/jwt-schemes.ts'

export const monday: Provider = {
  id: 'monday',
  name: 'monday.com',
  docs: 'https://developer.monday.com/api-reference/reference/webhooks',
  checked: '2026-11-25',
  source: 'developer.monday.com webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: jwtHs({ header: 'authorization', requires: ['exp'] }),
  secret: { form: 'text', hint: 'the Signing Secret of the app' },
  type: [['body:event.type']],
  key: [['body:event.triggerUuid']],
  time: ['body:event.triggerTime'],
  handshakes: [{ kind: 'echo-json', member: 'challenge' }],
  retry: 'each minute for 30 min',
  ackLimit: 'not published',
  setup: [
    "Create the webhook through your app (API create_webhook) with the source's URL.",
    "Copy the app's Signing Secret.",
  ],
  test: 'Change an item of the board.',
  notes: [
    'Webhooks set up on a board without an app are not signed and are refused.',
    'The token does not cover the body.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"event":{"type":"create_pulse","triggerUuid":"{id}","triggerTime":"{iso}","boardId":1,"pulseId":2}}',
  },
}
