import { createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** One event of a request, when it leaves. Of a batch each item has its own. */
export type Sent = {
  readonly id: number
  /** Milliseconds since the run began. */
  readonly sentMs: number
  readonly client: string
  /** The process that it was sent to. */
  readonly through: string
  /** single, batch, cloud-event, …: how it was sent. */
  readonly form: string
  readonly tenantId: string
  readonly scope: string
  /** The idempotency key that the event has if it is kept; null: the answer tells. */
  readonly key: string | null
  /** SHA-256 of the payload's bytes. */
  readonly sha256: string
  /** The sender's place for it: number `n` of an ordering key, sent after the one before was acknowledged. */
  readonly order: { readonly key: string; readonly n: number } | null
}

/** How it ended for its sender. */
export type Ended = {
  readonly id: number
  readonly endedMs: number
  /** ok: 2xx · fail: a definite 4xx · info: 409, 429, 5xx, no answer at all. */
  readonly ending: 'ok' | 'fail' | 'info'
  /** null: no answer. */
  readonly status: number | null
  readonly code: string | null
  readonly eventId: string | null
  /** The key of the answer. */
  readonly key: string | null
  readonly isReplayed: boolean
  /** The answer held another tenant's canary. */
  readonly isForeign: boolean
}

export type Attempt = Omit<Sent, 'key'> & Omit<Ended, 'key' | 'id'> & { readonly key: string | null }

export type Recorder = {
  sent(entry: Omit<Sent, 'id' | 'sentMs'>): number
  ended(entry: Omit<Ended, 'endedMs'>): void
  close(): Promise<void>
}

/** Writes a line before a request leaves and one when it ends: what a run that dies leaves behind can still be judged. */
export function recordHistory(file: string, now: () => number): Recorder {
  const out: WriteStream = createWriteStream(file)
  let ids = 0
  return {
    sent(entry) {
      ids += 1
      out.write(`${JSON.stringify({ sent: { ...entry, id: ids, sentMs: now() } satisfies Sent })}\n`)
      return ids
    },
    ended(entry) {
      out.write(`${JSON.stringify({ ended: { ...entry, endedMs: now() } satisfies Ended })}\n`)
    },
    close: () => new Promise((resolve) => out.end(resolve)),
  }
}

/** Joins the lines of both kinds; what never ended is `info` until `untilMs`. */
export async function readHistory(lines: NodeJS.ReadableStream, untilMs: number): Promise<readonly Attempt[]> {
  const sent = new Map<number, Sent>()
  const attempts: Attempt[] = []
  for await (const line of createInterface({ input: lines })) {
    const entry = JSON.parse(line) as { readonly sent: Sent } | { readonly ended: Ended }
    if ('sent' in entry) sent.set(entry.sent.id, entry.sent)
    else {
      const begun = sent.get(entry.ended.id)
      if (begun === undefined) throw new Error(`history: ${entry.ended.id} ended and was never sent`)
      sent.delete(entry.ended.id)
      attempts.push(join(begun, entry.ended))
    }
  }
  const never = { endedMs: untilMs, ending: 'info', status: null, code: null, eventId: null, key: null } as const
  return [
    ...attempts,
    ...[...sent.values()].map((begun) => join(begun, { ...never, id: begun.id, isReplayed: false, isForeign: false })),
  ]
}

function join(sent: Sent, ended: Ended): Attempt {
  return { ...sent, ...ended, key: sent.key ?? ended.key }
}
