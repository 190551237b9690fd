import type { Provider } from '../provider.ts'
import { jwtPubsub } from '../schemes/jwt-schemes.ts'

export const gcpPubsub: Provider = {
  id: 'gcp-pubsub',
  name: 'Google Cloud Pub/Sub',
  docs: 'https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions',
  checked: '2026-11-25',
  source: 'cloud.google.com/pubsub authenticate-push',
  confidence: 'K/K',
  proof: 'generated',
  scheme: jwtPubsub(),
  secret: {
    form: 'jwk',
    isOptional: true,
    hint: 'nothing, or a JWK of Google as JSON on one line: then nothing is fetched',
  },
  options: [
    { name: 'audience', isRequired: true, doc: 'the audience set on the push subscription' },
    { name: 'email', isRequired: true, doc: "the push subscription's service account" },
  ],
  type: [['body:message.attributes.ce-type']],
  key: [['body:message.messageId']],
  time: ['body:message.publishTime'],
  volatile: ['/deliveryAttempt'],
  retry: 'until acked or retention (7 d); 102/200/201/202/204 ack',
  ackLimit: 'ackDeadline 10–600 s',
  setup: [
    "Create a push subscription with the source's URL, enable authentication, and choose a service account and an audience.",
    'Set the options `audience` and `email` to the same.',
  ],
  test: '`gcloud pubsub topics publish TOPIC --message=hello`.',
  notes: ['The token does not cover the body, and Google uses it for many messages.'],
}
