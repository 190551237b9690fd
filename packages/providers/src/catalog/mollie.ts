import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const mollie: Provider = {
  id: 'mollie',
  name: 'Mollie',
  docs: 'https://docs.mollie.com/reference/webhooks-new',
  checked: '2026-11-25',
  source: 'mollie-api-php src/Webhooks',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-mollie-signature', format: { type: 'plain', prefix: 'sha256=', isPrefixOptional: true } }),
  secret: { form: 'text', hint: 'the signing secret of the webhook' },
  type: [['body:type|body:event_type']],
  key: [['body:id'], ['form:id']],
  time: ['body:createdAt'],
  retry: '10 over 26 h',
  ackLimit: '15 s',
  setup: ["In Developers → Webhooks create a webhook with the source's URL and copy its signing secret."],
  test: '"Test" on the webhook (hook.ping).',
  notes: ['Classic webhooks (a form with an id) are not signed and are refused.'],
  sample: {
    contentType: 'application/json',
    body: '{"resource":"event","id":"{id}","type":"payment-link.paid","createdAt":"{iso}"}',
  },
}
