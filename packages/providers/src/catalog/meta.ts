import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const meta: Provider = {
  id: 'meta',
  name: 'Meta (Facebook, Instagram, WhatsApp)',
  docs: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  checked: '2026-11-25',
  source: 'developers.facebook.com graph-api/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-hub-signature-256', format: { type: 'plain', prefix: 'sha256=' } }),
  secret: { form: 'text', hint: 'the App secret' },
  options: [{ name: 'verify_token', doc: 'the Verify token you type beside the callback URL' }],
  type: [['body:object', 'item:field']],
  key: [],
  time: ['outer:time|item:time'],
  split: { path: 'entry', inner: 'changes' },
  handshakes: [{ kind: 'hub' }],
  retry: 'to 36 h (WhatsApp 7 days)',
  ackLimit: '~20 s',
  setup: [
    "In the app's Webhooks product paste the source's URL and the verify token you set as option.",
    'Copy the App secret from App settings → Basic.',
  ],
  test: '"Test" beside a field.',
  notes: ["The secret is the app's, one for all of its tenants."],
  sample: {
    contentType: 'application/json',
    body: '{"object":"whatsapp_business_account","entry":[{"id":"{id}","time":{s},"changes":[{"field":"messages","value":{"messaging_product":"whatsapp"}}]}]}',
  },
}
