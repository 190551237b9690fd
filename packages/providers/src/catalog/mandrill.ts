import type { Provider } from '../provider.ts'
import { mandrill } from '../schemes/mandrill.ts'

export const mandrillProvider: Provider = {
  id: 'mandrill',
  name: 'Mandrill (Mailchimp Transactional)',
  docs: 'https://mailchimp.com/developer/transactional/docs/webhooks/',
  checked: '2026-11-25',
  source: 'mailchimp.com transactional webhooks',
  confidence: 'T/K',
  proof: 'none',
  scheme: mandrill(),
  secret: { form: 'text', hint: "the webhook's authentication key" },
  type: [['form:mandrill_events>0.event']],
  key: [],
  time: ['form:mandrill_events>0.ts'],
  handshakes: [{ kind: 'status', method: 'HEAD', status: 200 }],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In Settings → Webhooks add one with the source's URL and copy its key."],
  test: '"Send Test" on the webhook.',
  notes: ['A batch stays one event, typed by its first item.'],
  sample: {
    contentType: 'application/x-www-form-urlencoded',
    body: 'mandrill_events=%5B%7B%22event%22%3A%22send%22%2C%22_id%22%3A%22{id}%22%2C%22ts%22%3A{s}%7D%5D',
  },
}
