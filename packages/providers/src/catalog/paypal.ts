import type { Provider } from '../provider.ts'
import { paypal } from '../schemes/paypal.ts'

export const paypalProvider: Provider = {
  id: 'paypal',
  name: 'PayPal',
  docs: 'https://developer.paypal.com/api/rest/webhooks/',
  checked: '2026-11-25',
  source: 'PayPal-Java-SDK, PayPal-Python-SDK tests',
  confidence: 'S/K',
  proof: 'vector',
  scheme: paypal(),
  secret: {
    form: 'pem',
    isOptional: true,
    hint: 'nothing, or a PEM certificate or public key to pin: then nothing is fetched',
  },
  options: [{ name: 'webhook_id', isRequired: true, doc: 'the Webhook ID that PayPal shows for the endpoint' }],
  type: [['body:event_type']],
  key: [['body:id'], ['header:paypal-transmission-id']],
  time: ['body:create_time'],
  retry: '25 over 3 days',
  ackLimit: 'not published',
  setup: [
    "In Apps & Credentials → your app → Webhooks add the source's URL.",
    'Copy the Webhook ID of the new row into the option `webhook_id`.',
  ],
  test: 'Webhooks Simulator in the developer dashboard (its events are not signed for your webhook id).',
}
