import type { Provider } from '../provider.ts'
import { sns } from '../schemes/sns.ts'

export const awsSns: Provider = {
  id: 'aws-sns',
  name: 'Amazon SNS',
  docs: 'https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html',
  checked: '2026-11-25',
  source: 'aws-php-sns-message-validator, aws-js-sns-message-validator',
  confidence: 'S/K',
  proof: 'vector',
  scheme: sns(),
  secret: {
    form: 'pem',
    isOptional: true,
    hint: 'nothing, or a PEM certificate or public key to pin: then nothing is fetched',
  },
  options: [
    {
      name: 'topic_arn',
      doc: 'the only topic whose messages are taken; required to confirm the subscription',
      check: (value) =>
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/.test(value) ? undefined : 'the ARN of a topic',
    },
  ],
  type: [['header:x-amz-sns-message-type|body:Type']],
  key: [['body:MessageId|header:x-amz-sns-message-id']],
  time: ['body:Timestamp'],
  handshakes: [{ kind: 'sns' }],
  retry: 'HTTP policy: default 3 × 20 s, up to 100 tries/1 h',
  ackLimit: '15 s; content-type is text/plain',
  setup: [
    "Set the option `topic_arn`, then create an HTTPS subscription of the topic with the source's URL: it is confirmed by itself.",
  ],
  test: 'Publish a message to the topic.',
  notes: [
    "Without `topic_arn` any AWS account's topic verifies, and no subscription is confirmed.",
    'Late retries carry the first time, so the timestamp has no bound.',
  ],
}
