import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const launchdarkly: Provider = {
  id: 'launchdarkly',
  name: 'LaunchDarkly',
  docs: 'https://launchdarkly.com/docs/integrations/webhooks',
  checked: '2026-11-25',
  source: 'launchdarkly.com docs webhooks',
  confidence: 'K/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-ld-signature' }),
  secret: { form: 'text', hint: 'the secret of the webhook' },
  type: [['body:kind', 'body:titleVerb']],
  key: [['body:_id']],
  time: ['body:date'],
  retry: 'one retry',
  ackLimit: 'not published',
  setup: ["In Integrations → Webhooks add one with the source's URL and tick Sign this webhook."],
  test: 'Toggle a flag.',
  sample: {
    contentType: 'application/json',
    body: '{"_id":"{id}","date":{ms},"kind":"flag","titleVerb":"turned on the flag","name":"Testing"}',
  },
}
