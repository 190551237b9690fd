import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const clickup: Provider = {
  id: 'clickup',
  name: 'ClickUp',
  docs: 'https://developer.clickup.com/docs/webhooksignature',
  checked: '2026-11-25',
  source: 'developer.clickup.com webhooksignature',
  confidence: 'K/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-signature' }),
  secret: { form: 'text', hint: 'the secret returned on creation' },
  type: [['body:event']],
  key: [],
  time: ['body:history_items.0.date'],
  retry: '5, fail_count, suspended at 100',
  ackLimit: '7 s',
  setup: ["POST /api/v2/team/{team_id}/webhook with the source's URL as endpoint; store the secret of the answer."],
  test: 'Create a task.',
  sample: {
    contentType: 'application/json',
    body: '{"webhook_id":"w1","event":"taskCreated","task_id":"{id}","history_items":[{"id":"1","date":"{ms}"}]}',
  },
}
