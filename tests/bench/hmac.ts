import { createHmac } from 'node:crypto'
import { verify } from '@eventmesh/providers'
import { eventBody, signature } from './events.ts'

/**
 * One process, two loops over the same 1 KB: the verification of a delivery as ingest does it, and the one HMAC that
 * cannot be spared. Prints the microseconds of each call per round, as JSON.
 */
const [rounds, calls] = process.argv.slice(2).map(Number) as [number, number]
const secret = '1f0e3dad99908345f7439f8ffabdffc4'
const body = Buffer.from(eventBody())
const request = {
  method: 'POST',
  url: 'http://localhost:4000/hooks/token',
  query: '',
  rawHeaders: [
    ...['Host', 'localhost:4000', 'User-Agent', 'GitHub-Hookshot/0f1a2b3', 'Accept', '*/*'],
    ...['Content-Type', 'application/json', 'Content-Length', String(body.length), 'X-GitHub-Event', 'issues'],
    ...['X-Hub-Signature-256', signature(body, secret), 'X-GitHub-Delivery', '72d3162e-cc78-11e3-81ab-4c9367dc0958'],
  ],
  body,
}
const input = { provider: 'github', options: {}, secrets: [{ id: 'one', value: secret }], request, nowMs: 0 }

async function verified(): Promise<void> {
  const { kind } = await verify(input)
  if (kind !== 'verified') throw new Error(`the delivery was ${kind}`)
}

function hashed(): void {
  createHmac('sha256', secret).update(body).digest()
}

async function micros(call: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  for (let n = 0; n < calls; n += 1) await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

await micros(verified)
await micros(hashed)
const measured: { verify: number; createHmac: number }[] = []
for (let round = 0; round < rounds; round += 1) {
  measured.push({ verify: await micros(verified), createHmac: await micros(hashed) })
}
process.stdout.write(JSON.stringify(measured))
