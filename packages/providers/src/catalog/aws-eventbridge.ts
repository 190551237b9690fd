import type { Provider } from '../provider.ts'
import { token } from '../schemes/token.ts'
import { headerOption } from './header-option.ts'

export const awsEventbridge: Provider = {
  id: 'aws-eventbridge',
  name: 'Amazon EventBridge',
  docs: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html',
  checked: '2026-11-25',
  source: 'docs.aws.amazon.com eventbridge api-destinations',
  confidence: 'K/K',
  proof: 'none',
  scheme: token({ header: { option: 'header' } }),
  secret: { form: 'text', isChosen: true, hint: 'the whole value of the header that the connection sends' },
  options: [headerOption],
  type: [['body:source', 'body:detail-type']],
  key: [['body:id']],
  time: ['body:time'],
  retry: 'to 24 h / 185 tries (429, 5xx…)',
  ackLimit: '5 s',
  setup: [
    "Create a connection (API key: header name and value), then an API destination with the source's URL.",
    'Add a rule whose target is the destination.',
  ],
  test: 'Send an event with `aws events put-events`.',
  sample: {
    contentType: 'application/json',
    body: '{"version":"0","id":"{id}","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","time":"{iso}","detail":{}}',
  },
}
