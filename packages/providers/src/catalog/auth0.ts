import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'

export const auth0: Provider = {
  id: 'auth0',
  name: 'Auth0',
  docs: 'https://auth0.com/docs/customize/log-streams/custom-log-streams',
  checked: '2026-11-25',
  source: 'auth0.com log-streams / event streams',
  confidence: 'T/K',
  proof: 'generated',
  scheme: token({ header: 'authorization', prefix: 'Bearer ' }),
  secret: { form: 'text', isChosen: true, hint: 'the Authorization Token, without Bearer' },
  type: [['body:data.type|body:0.data.type|body:type']],
  key: [['body:log_id'], ['body:id']],
  time: ['body:data.date|body:0.data.date|body:time'],
  retry: 'several, then paused',
  ackLimit: 'not published',
  setup: [
    "In Monitoring → Streams (or Event Streams) create a Custom Webhook with the source's URL and an Authorization Token `Bearer …`.",
  ],
  test: 'Sign in to the tenant.',
  sample: { contentType: 'application/json', body: '{"id":"{id}","type":"user.created","time":"{iso}","data":{}}' },
}
