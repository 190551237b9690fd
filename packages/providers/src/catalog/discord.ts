import type { Provider } from '../provider.ts'
import { ed25519Discord } from '../schemes/public-key-signature.ts'

export const discord: Provider = {
  id: 'discord',
  name: 'Discord',
  docs: 'https://discord.com/developers/docs/events/webhook-events',
  checked: '2026-11-25',
  source: 'discord-interactions-js src/index.ts',
  confidence: 'S/K',
  proof: 'generated',
  scheme: ed25519Discord(),
  secret: { form: 'ed25519', hint: 'the Public Key of the application, 64 hex digits' },
  type: [['body:event.type'], ['body:type']],
  key: [['body:id']],
  time: ['body:event.timestamp'],
  handshakes: [{ kind: 'discord-ping' }],
  retry: 'events: exponential up to 10 min',
  ackLimit: '3 s',
  setup: [
    "In the developer portal copy the application's Public Key into the source first.",
    "Then paste the source's URL as Endpoint URL of Webhooks (or Interactions Endpoint URL): Discord checks it at once, with a good and with a bad signature.",
  ],
  test: 'Saving the URL sends a PING.',
  notes: [
    "Interactions expect a message in the answer within 3 s; EventMesh acknowledges them, answering is your app's to do through the API.",
  ],
}
