import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const slack: Provider = {
  id: 'slack',
  name: 'Slack',
  docs: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
  checked: '2026-11-25',
  source: 'python-slack-sdk signature tests; bolt-js',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'x-slack-signature',
    format: { type: 'plain', prefix: 'v0=' },
    signed: ['v0:', '{ts}', ':', '{body}'],
    time: { header: 'x-slack-request-timestamp', unit: 's' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'text', hint: 'the Signing Secret of the app (Basic Information)' },
  type: [['body:event.type'], ['body:type|form:payload>type']],
  key: [['body:event_id']],
  time: ['body:event_time'],
  handshakes: [
    { kind: 'echo-json', member: 'challenge', when: 'body:type', equals: 'url_verification', isSigned: true },
    { kind: 'form-ping', field: 'ssl_check' },
  ],
  retry: '3: now, 1 m, 5 m; X-Slack-Retry-Num; X-Slack-No-Retry stops',
  ackLimit: '3 s',
  setup: [
    "In Event Subscriptions switch events on and paste the source's URL as Request URL: Slack sends its challenge at once, so store the secret first.",
    'Copy the Signing Secret from Basic Information → App Credentials.',
  ],
  test: 'Mention the app in a channel it is in.',
  sample: {
    contentType: 'application/json',
    body: '{"token":"t","team_id":"T1","type":"event_callback","event_id":"{id}","event_time":{s},"event":{"type":"app_mention","user":"U1","text":"hello"}}',
  },
}
