export type SourceStatus = 'new' | 'receiving' | 'silent' | 'failing' | 'paused' | 'deleted'

/** What a source's state is derived from. */
export type SourceActivity = {
  readonly pausedAt: Date | null
  readonly deletedAt: Date | null
  readonly lastReceivedAt: Date | null
  /** Its newest deliveries, newest first, at most `recentMax`; copies left out. */
  readonly recent: readonly { readonly receivedAtMs: number; readonly isRejected: boolean }[]
}

export const recentMax = 100

const failing = { lastAllRejected: 10, rejectedMax: 5 }
/** A source that sends every minute is not silent after two. */
const silentMsMin = 3_600_000

/** The one place that says what state a source is in; console and CLI ask here. */
export function sourceStatus(source: SourceActivity, now: Date): SourceStatus {
  if (source.deletedAt !== null) return 'deleted'
  if (source.pausedAt !== null) return 'paused'
  if (source.lastReceivedAt === null && source.recent.length === 0) return 'new'
  if (isFailing(source.recent)) return 'failing'
  return isSilent(source, now) ? 'silent' : 'receiving'
}

/** Median milliseconds between its newest deliveries; undefined below three of them. */
export function usualGapMs(recent: SourceActivity['recent']): number | undefined {
  if (recent.length < 3) return undefined
  const gaps = recent.slice(1).map(({ receivedAtMs }, index) => recent[index]!.receivedAtMs - receivedAtMs)
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
}

/** The last 10 all rejected, or more than 5 of the last 100. */
function isFailing(recent: SourceActivity['recent']): boolean {
  const last = recent.slice(0, failing.lastAllRejected)
  if (last.length === failing.lastAllRejected && last.every(({ isRejected }) => isRejected)) return true
  return recent.filter(({ isRejected }) => isRejected).length > failing.rejectedMax
}

function isSilent({ recent, lastReceivedAt }: SourceActivity, now: Date): boolean {
  const lastMs = Math.max(lastReceivedAt?.getTime() ?? 0, recent[0]?.receivedAtMs ?? 0)
  const gapMs = usualGapMs(recent)
  // Older than the index remembers.
  if (recent.length === 0) return true
  return gapMs !== undefined && now.getTime() - lastMs > Math.max(2 * gapMs, silentMsMin)
}
