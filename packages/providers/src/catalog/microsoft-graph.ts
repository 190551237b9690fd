import type { Provider } from '../provider.ts'
import { bodyToken } from '../schemes/token.ts'

export const microsoftGraph: Provider = {
  id: 'microsoft-graph',
  name: 'Microsoft Graph',
  docs: 'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks',
  checked: '2026-11-25',
  source: 'learn.microsoft.com change-notifications-delivery-webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: bodyToken({ list: 'value', path: 'clientState' }),
  secret: {
    form: 'text',
    isChosen: true,
    hint: 'the clientState you gave with the subscription, at most 128 characters',
    pattern: { regex: /^.{1,128}$/, rule: 'at most 128 characters' },
  },
  type: [['item:changeType|item:lifecycleEvent']],
  key: [['item:id']],
  time: [],
  split: { path: 'value' },
  handshakes: [{ kind: 'echo-query', parameter: 'validationToken', method: 'POST' }],
  retry: 'to 4 h',
  ackLimit: '3 s wanted, 10 s limit',
  setup: [
    "POST /subscriptions with the source's URL as notificationUrl (and lifecycleNotificationUrl) and a random clientState.",
  ],
  test: 'Change the resource; creating the subscription sends a validation.',
  notes: [
    'Nothing is signed: every notification must carry the clientState. Tokens of rich notifications are not checked.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"value":[{"id":"{id}","subscriptionId":"s1","clientState":"{secret}","changeType":"created","resource":"users/x/messages/y"}]}',
  },
}
