import type { Provider } from '../provider.ts'
import { mailgun } from '../schemes/body-proof.ts'

export const mailgunProvider: Provider = {
  id: 'mailgun',
  name: 'Mailgun',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  checked: '2026-11-25',
  source: 'mailgun-php tests; documentation.mailgun.com',
  confidence: 'S/K',
  proof: 'vector',
  scheme: mailgun(),
  secret: { form: 'text', hint: 'the HTTP webhook signing key of the account' },
  type: [['body:event-data.event']],
  key: [['body:event-data.id']],
  time: ['body:event-data.timestamp'],
  volatile: ['/signature'],
  retry: '10 m, 10 m, 15 m, 30 m, 1 h, 2 h, 4 h; 406 stops',
  ackLimit: 'not published',
  setup: [
    "In Sending → Webhooks add the source's URL for each event.",
    'Copy the HTTP webhook signing key from Settings → API security.',
  ],
  test: '"Test webhook" in Sending → Webhooks.',
  notes: [
    'The signature covers a timestamp and a token, not the event. Each token therefore counts once: with another body it is refused.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"signature":"{signature}","event-data":{"event":"delivered","id":"{id}","timestamp":{s}.123}}',
  },
}
