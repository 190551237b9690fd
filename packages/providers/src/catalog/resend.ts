import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const resend: Provider = {
  id: 'resend',
  name: 'Resend',
  docs: 'https://resend.com/docs/dashboard/webhooks/introduction',
  checked: '2026-11-25',
  source: 'resend/resend-node src/webhooks',
  confidence: 'S/K',
  proof: 'generated',
  scheme: standardWebhooks({ prefixes: ['svix', 'webhook'] }),
  secret: { form: 'whsec', hint: 'the signing secret of the endpoint (whsec_…)', shortBelow: 24 },
  type: [['body:type']],
  key: [['header:svix-id|header:webhook-id']],
  time: ['body:created_at'],
  retry: 'Svix schedule',
  ackLimit: '15 s',
  setup: ["In Webhooks → Add Webhook paste the source's URL and copy the Signing Secret."],
  test: 'Send a mail to delivered@resend.dev.',
  sample: {
    contentType: 'application/json',
    body: '{"type":"email.sent","created_at":"{iso}","data":{"email_id":"e1"}}',
  },
}
