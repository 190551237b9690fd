import type { Provider } from '../provider.ts'
import { cloudinary } from '../schemes/cloudinary.ts'

export const cloudinaryProvider: Provider = {
  id: 'cloudinary',
  name: 'Cloudinary',
  docs: 'https://cloudinary.com/documentation/notifications',
  checked: '2026-11-25',
  source: 'cloudinary_npm lib/utils',
  confidence: 'S/K',
  proof: 'vector',
  scheme: cloudinary(),
  secret: { form: 'text', hint: 'the API secret' },
  options: [{ name: 'hash', values: ['sha1', 'sha256'], default: 'sha1', doc: "the account's signature algorithm" }],
  type: [['body:notification_type']],
  key: [['body:notification_context'], ['body:public_id', 'body:version']],
  time: ['body:timestamp'],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In Settings → Webhook Notifications add the source's URL."],
  test: 'Upload an asset.',
  sample: {
    contentType: 'application/json',
    body: '{"notification_type":"upload","timestamp":"{iso}","public_id":"{id}","version":1555337587,"width":1000}',
  },
}
