import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'
import { headerOption } from './header-option.ts'

export const okta: Provider = {
  id: 'okta',
  name: 'Okta',
  docs: 'https://developer.okta.com/docs/concepts/event-hooks/',
  checked: '2026-11-25',
  source: 'developer.okta.com event-hooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: token({ header: { option: 'header' } }),
  secret: { form: 'text', isChosen: true, hint: 'the Authentication secret: the whole value of the header' },
  options: [headerOption],
  type: [['body:data.events.0.eventType']],
  key: [['body:eventId']],
  time: ['body:data.events.0.published'],
  handshakes: [{ kind: 'echo-header', header: 'x-okta-verification-challenge', member: 'verification' }],
  retry: '1 retry',
  ackLimit: '3 s',
  setup: [
    "In Workflow → Event Hooks create a hook with the source's URL, an authentication field and secret.",
    'Press Verify.',
  ],
  test: 'Preview tab of the hook.',
  sample: {
    contentType: 'application/json',
    body: '{"eventType":"com.okta.event_hook","eventId":"{id}","data":{"events":[{"uuid":"u1","published":"{iso}","eventType":"user.lifecycle.create"}]}}',
  },
}
