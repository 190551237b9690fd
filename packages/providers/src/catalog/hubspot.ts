import type { Provider } from '../provider.ts'
import { hubspot } from '../schemes/hubspot.ts'

export const hubspotProvider: Provider = {
  id: 'hubspot',
  name: 'HubSpot',
  docs: 'https://developers.hubspot.com/docs/api/webhooks',
  checked: '2026-11-25',
  source: 'hubspot-api-nodejs, hubspot-api-python',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hubspot(),
  secret: { form: 'text', hint: 'the Client secret of the app' },
  type: [['item:subscriptionType']],
  key: [['item:eventId']],
  time: ['item:occurredAt'],
  split: { path: '' },
  volatile: ['/attemptNumber'],
  retry: '10 over 24 h',
  ackLimit: '5 s',
  setup: [
    "In the app's settings choose Webhooks and paste the source's URL as target.",
    'Copy the Client secret from Auth.',
  ],
  test: '"Test" beside a subscription.',
  sample: {
    contentType: 'application/json',
    body: '[{"eventId":{s},"subscriptionId":12345,"portalId":62515,"occurredAt":{ms},"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123}]',
  },
}
