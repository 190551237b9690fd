import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const quickbooks: Provider = {
  id: 'quickbooks',
  name: 'QuickBooks',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks',
  checked: '2026-11-25',
  source: 'developer.intuit.com webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'intuit-signature', encoding: 'base64' }),
  secret: { form: 'text', hint: 'the Verifier Token of the app' },
  type: [
    [
      'body:eventNotifications.0.dataChangeEvent.entities.0.name',
      'body:eventNotifications.0.dataChangeEvent.entities.0.operation',
    ],
    ['body:type|body:0.type'],
  ],
  key: [['body:id']],
  time: ['body:eventNotifications.0.dataChangeEvent.entities.0.lastUpdated|body:time|body:0.time'],
  retry: '20, 30, 50 min…',
  ackLimit: '3 s',
  setup: ["In the app's Webhooks page paste the source's URL and copy the Verifier Token."],
  test: 'Change a record in the sandbox company.',
  notes: ['A delivery of several entities stays one event, typed by its first.'],
  sample: {
    contentType: 'application/json',
    body: '{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[{"name":"Customer","id":"{id}","operation":"Create","lastUpdated":"{iso}"}]}}]}',
  },
}
