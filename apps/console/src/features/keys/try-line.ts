/** A command to paste that sends one event. */
export function tryLine(ingestUrl: string, key: string): string {
  return [
    `curl -sS ${ingestUrl}/v1/events`,
    `-H "Authorization: Bearer ${key}"`,
    `-H "Idempotency-Key: hello-${crypto.randomUUID().slice(0, 6)}"`,
    '-H "Content-Type: application/json"',
    `-d '{"event_type":"hello.world","payload":{"from":"curl"}}'`,
  ].join(' ')
}
