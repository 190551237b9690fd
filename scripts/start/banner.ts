import type { FirstRun } from './first-run.ts'

/** The lines that `npm start` prints last; `try` is a command to paste. The console's only where it is started. */
export function banner(firstRun: FirstRun, data: string, hasConsole: boolean): string {
  const body = '{"event_type":"hello.world","payload":{"from":"curl"}}'
  const curl = [
    `curl -sS ${firstRun.ingestUrl}/v1/events`,
    `-H "Authorization: Bearer ${firstRun.apiKey}"`,
    '-H "Idempotency-Key: hello-1"',
    '-H "Content-Type: application/json"',
    `-d '${body}'`,
  ].join(' ')
  const console = hasConsole ? `\n  console   ${firstRun.setupUrl ?? `${firstRun.consoleUrl}/sign-in`}` : ''
  return `${console}\n  ingest    ${firstRun.ingestUrl}\n  try       ${curl}\n  data      ${data}\n\n`
}
