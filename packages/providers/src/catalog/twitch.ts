import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const twitch: Provider = {
  id: 'twitch',
  name: 'Twitch',
  docs: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
  checked: '2026-11-25',
  source: 'twitchdev/twitch-cli internal/events; dev.twitch.tv',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({
    header: 'twitch-eventsub-message-signature',
    format: { type: 'plain', prefix: 'sha256=' },
    signed: ['{header:twitch-eventsub-message-id}', '{ts}', '{body}'],
    time: { header: 'twitch-eventsub-message-timestamp', unit: 'iso' },
    bounds: { pastS: 600, futureS: 600 },
  }),
  secret: {
    form: 'text',
    isChosen: true,
    hint: 'the secret you gave with the subscription',
    pattern: { regex: /^[\x20-\x7e]{10,100}$/, rule: '10 to 100 ASCII characters' },
    shortBelow: 10,
  },
  type: [['header:twitch-eventsub-message-type', 'header:twitch-eventsub-subscription-type']],
  key: [['header:twitch-eventsub-message-id']],
  time: ['header:twitch-eventsub-message-timestamp'],
  handshakes: [
    {
      kind: 'echo-text',
      member: 'challenge',
      header: 'twitch-eventsub-message-type',
      equals: 'webhook_callback_verification',
    },
  ],
  retry: 'a few, then revocation (also a message)',
  ackLimit: 'few s',
  setup: [
    "POST /helix/eventsub/subscriptions with the source's URL as callback and a secret of 10 to 100 characters, the same as the source's.",
  ],
  test: '`twitch event trigger` of the Twitch CLI.',
  sample: {
    contentType: 'application/json',
    headers: {
      'twitch-eventsub-message-id': '{id}',
      'twitch-eventsub-message-type': 'notification',
      'twitch-eventsub-subscription-type': 'channel.follow',
    },
    body: '{"subscription":{"id":"s1","type":"channel.follow"},"event":{"user_id":"1"}}',
  },
}
