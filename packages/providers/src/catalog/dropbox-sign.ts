import type { Provider } from '../provider.ts'
import { dropboxSign } from '../schemes/body-proof.ts'

export const dropboxSignProvider: Provider = {
  id: 'dropbox-sign',
  name: 'Dropbox Sign',
  docs: 'https://developers.hellosign.com/docs/events/overview/',
  checked: '2026-11-25',
  source: 'dropbox-sign-node model/eventCallbackHelper.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: dropboxSign(),
  secret: { form: 'text', hint: 'the API key' },
  type: [['body:event.event_type']],
  key: [],
  time: ['body:event.event_time'],
  answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Hello API Event Received' },
  retry: '6 over hours',
  ackLimit: '30 s',
  setup: ["In API settings paste the source's URL as account callback (or the app's event callback)."],
  test: '"Test" beside the URL.',
  notes: [
    "The proof covers the event's time and type only. Each therefore counts once: with another body it is refused, also a second event of the same type in the same second.",
  ],
  sample: {
    contentType: 'application/json',
    body: '{"account_guid":"g1","event":{"event_time":"{s}","event_type":"account_confirmed","event_hash":"{signature}","event_metadata":{}}}',
  },
}
