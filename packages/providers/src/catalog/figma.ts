import type { Provider } from '../provider.ts'
import { bodyToken } from '../schemes/token.ts'

export const figma: Provider = {
  id: 'figma',
  name: 'Figma',
  docs: 'https://developers.figma.com/docs/rest-api/webhooks/',
  checked: '2026-11-25',
  source: 'figma/rest-api-spec openapi.yaml',
  confidence: 'S/S',
  proof: 'generated',
  scheme: bodyToken({ path: 'passcode' }),
  secret: {
    form: 'text',
    isChosen: true,
    hint: 'the passcode you gave, at most 100 characters',
    pattern: { regex: /^.{1,100}$/, rule: 'at most 100 characters' },
  },
  type: [['body:event_type']],
  key: [],
  time: ['body:timestamp'],
  retry: '3 exponential',
  ackLimit: 'not published',
  setup: ["POST /v2/webhooks with the source's URL as endpoint and a passcode of your own."],
  test: 'Creating the webhook sends a PING.',
  notes: ['Nothing is signed: the passcode stands in the body, and in the payload that is kept.'],
  sample: {
    contentType: 'application/json',
    body: '{"event_type":"FILE_UPDATE","file_key":"{id}","passcode":"{secret}","timestamp":"{iso}","webhook_id":"22"}',
  },
}
