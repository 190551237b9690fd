import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const zoom: Provider = {
  id: 'zoom',
  name: 'Zoom',
  docs: 'https://developers.zoom.us/docs/api/webhooks/',
  checked: '2026-11-25',
  source: 'developers.zoom.us webhook docs, blog/webhook-delays',
  confidence: 'S/S',
  proof: 'generated',
  scheme: hmac({
    header: 'x-zm-signature',
    format: { type: 'plain', prefix: 'v0=' },
    signed: ['v0:', '{ts}', ':', '{body}'],
    time: { header: 'x-zm-request-timestamp', unit: 's' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'text', hint: 'the Secret Token of the app (Features)' },
  type: [['body:event']],
  key: [],
  time: ['body:event_ts'],
  handshakes: [{ kind: 'zoom' }],
  retry: '3: 5 m, 20 m, 60 m',
  ackLimit: '3 s (200/204)',
  setup: [
    'Copy the Secret Token of the app into the source first.',
    "In Features → Event Subscriptions paste the source's URL and press Validate.",
  ],
  test: 'Start a meeting.',
  notes: ['Zoom repeats its validation every 72 hours.'],
  sample: {
    contentType: 'application/json',
    body: '{"event":"meeting.started","event_ts":{ms},"payload":{"account_id":"A","object":{"uuid":"{id}"}}}',
  },
}
