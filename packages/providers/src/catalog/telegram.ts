import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'

export const telegram: Provider = {
  id: 'telegram',
  name: 'Telegram',
  docs: 'https://core.telegram.org/bots/api#setwebhook',
  checked: '2026-11-25',
  source: 'core.telegram.org/bots/api#setwebhook',
  confidence: 'K/K',
  proof: 'generated',
  scheme: token({ header: 'x-telegram-bot-api-secret-token' }),
  secret: {
    form: 'text',
    isChosen: true,
    hint: 'the secret_token of setWebhook',
    pattern: { regex: /^[A-Za-z0-9_-]{1,256}$/, rule: '1 to 256 of A-Z a-z 0-9 _ and -' },
  },
  type: [['first-member-but:update_id']],
  key: [['body:update_id']],
  time: ['body:message.date'],
  retry: 'until 2xx, kept 24 h',
  ackLimit: 'not published',
  setup: ["Call setWebhook with the source's URL and a secret_token of your own."],
  test: 'Write to the bot.',
  sample: {
    contentType: 'application/json',
    body: '{"update_id":{s},"message":{"message_id":1,"date":{s},"text":"hello"}}',
  },
}
