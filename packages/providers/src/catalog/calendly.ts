import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const calendly: Provider = {
  id: 'calendly',
  name: 'Calendly',
  docs: 'https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures',
  checked: '2026-11-25',
  source: 'developer.calendly.com',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({
    header: 'calendly-webhook-signature',
    format: { type: 'kv', separator: ',', time: 't', signature: 'v1' },
    signed: ['{ts}', '.', '{body}'],
    bounds: { pastS: 180, futureS: 180 },
  }),
  secret: { form: 'text', isChosen: true, hint: 'the signing key you gave, or were given, with the subscription' },
  type: [['body:event']],
  key: [],
  time: ['body:created_at'],
  retry: 'to 24 h, then disabled',
  ackLimit: 'not published',
  setup: ["POST /webhook_subscriptions with the source's URL and a signing_key of your own."],
  test: 'Book a slot of the event type.',
  sample: {
    contentType: 'application/json',
    body: '{"event":"invitee.created","created_at":"{iso}","payload":{"uri":"https://api.calendly.com/x/{id}"}}',
  },
}
