import { text } from './text.ts'

export type Snippet = {
  readonly id: string
  readonly label: string
  readonly text: string
  /** It is signed instead of carrying a key, and sent to the address of a source of this provider. */
  readonly provider?: string
}

const { kinds } = text.send
const variable = '$EVENTMESH_API_KEY'

/** Ready to paste: the real host, and the real key while it may be shown. */
export function snippets(ingestUrl: string, key: string | undefined, idempotencyKey: string): readonly Snippet[] {
  const before = key === undefined ? 'export EVENTMESH_API_KEY=em_test_…\n' : ''
  const bearer = key ?? variable
  const nodeKey = key === undefined ? 'process.env.EVENTMESH_API_KEY' : `'${key}'`
  return [
    {
      id: 'curl',
      label: kinds.curl,
      text: `${before}curl -sS ${ingestUrl}/v1/events \\
  -H "Authorization: Bearer ${bearer}" \\
  -H "Idempotency-Key: ${idempotencyKey}" \\
  -H "Content-Type: application/json" \\
  -d '{"event_type":"hello.world","payload":{"from":"curl"}}'`,
    },
    {
      id: 'node',
      label: kinds.node,
      text: `${key === undefined ? '// export EVENTMESH_API_KEY=em_test_…\n' : ''}const response = await fetch('${ingestUrl}/v1/events', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${${nodeKey}}\`,
    'idempotency-key': '${idempotencyKey}',
    'content-type': 'application/json',
  },
  body: JSON.stringify({ event_type: 'hello.world', payload: { from: 'node' } }),
})
console.log(response.status, await response.json())`,
    },
    {
      id: 'cloudevents',
      label: kinds.cloudEvents,
      text: `${before}curl -sS ${ingestUrl}/v1/events \\
  -H "Authorization: Bearer ${bearer}" \\
  -H "Content-Type: application/cloudevents+json" \\
  -d '{"specversion":"1.0","id":"${idempotencyKey}","source":"/get-started","type":"hello.world","data":{"from":"cloudevents"}}'`,
    },
    {
      id: 'standard-webhooks',
      label: kinds.standardWebhooks,
      provider: 'standard-webhooks',
      text: `import { createHmac } from 'node:crypto'

const { SOURCE_URL, SOURCE_SECRET } = process.env
const id = '${idempotencyKey}'
const timestamp = String(Math.floor(Date.now() / 1000))
const body = JSON.stringify({ type: 'hello.world', data: { from: 'standard-webhooks' } })
const key = Buffer.from(SOURCE_SECRET.replace('whsec_', ''), 'base64')
const signature = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\${body}\`).digest('base64')
const response = await fetch(SOURCE_URL, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': \`v1,\${signature}\`,
  },
  body,
})
console.log(response.status)`,
    },
  ]
}
