import type { Provider } from '../provider.ts'
import { twilio } from '../schemes/twilio.ts'

export const twilioProvider: Provider = {
  id: 'twilio',
  name: 'Twilio',
  docs: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  checked: '2026-11-25',
  source: 'twilio-node, twilio-java, twilio-python validators',
  confidence: 'S/K',
  proof: 'vector',
  scheme: twilio(),
  secret: { form: 'text', hint: 'the Auth Token of the account' },
  type: [['form:MessageStatus|form:CallStatus|body:MessageStatus|body:CallStatus']],
  key: [
    ['header:i-twilio-idempotency-token'],
    [
      'form:MessageSid|form:CallSid|body:MessageSid|body:CallSid',
      'form:MessageStatus|form:CallStatus|body:MessageStatus|body:CallStatus',
    ],
  ],
  time: [],
  retry: '#rc/#rp URL options; connect failures once by default',
  ackLimit: '15 s (voice)',
  setup: [
    "Paste the source's URL as webhook or status callback of the number, service or call.",
    "Copy the Auth Token from the console's start page.",
  ],
  test: 'Send a message to the number.',
  notes: ['The address is part of what is signed: behind a proxy set `public_url` to the address as registered.'],
  sample: {
    contentType: 'application/x-www-form-urlencoded',
    body: 'MessageSid=SM{id}&MessageStatus=delivered&From=%2B15005550006&To=%2B15005550007',
  },
}
