import { keptDays } from '@eventmesh/db'
import type { AcceptLimits } from '../../server/config.ts'
import { count } from '../../ui/format.ts'
import { text } from './text.ts'

const kibibyte = 1_024
const mebibyte = 1_024 * kibibyte
const hourMs = 3_600_000

export type OperatorLimits = {
  readonly window: string
  readonly facts: readonly { readonly label: string; readonly value: string }[]
}

/** What an organization is held to and cannot change, in words. */
export function operatorLimits(limits: AcceptLimits): OperatorLimits {
  const words = text.operator
  const { payloads, metadata, rejectedBodies } = keptDays
  return {
    window: exactSpan(limits.settledTtlMs),
    facts: [
      { label: words.payloads, value: words.days(payloads) },
      { label: words.metadata, value: words.days(metadata) },
      { label: words.rejected, value: words.days(rejectedBodies) },
      { label: words.event, value: size(limits.bodyBytesMax) },
      { label: words.batch, value: words.batchValue(size(limits.batchBytesMax), count(limits.batchItemsMax)) },
      { label: words.webhook, value: words.webhookValue(size(limits.webhookBytesMax)) },
      { label: words.webhookWindow, value: exactSpan(limits.webhookSettledTtlMs) },
    ],
  }
}

/** `1 MiB`, `1,000,000 bytes`: what a sender has to stay within, not about. */
function size(bytes: number): string {
  if (bytes % mebibyte === 0) return `${bytes / mebibyte} MiB`
  return bytes % kibibyte === 0 ? `${count(bytes / kibibyte)} KiB` : `${count(bytes)} bytes`
}

/** `24 h`, `7 days`, `90 min`, `90 s` */
function exactSpan(ms: number): string {
  if (ms > 24 * hourMs && ms % (24 * hourMs) === 0) return text.operator.days(ms / (24 * hourMs))
  if (ms % hourMs === 0) return `${count(ms / hourMs)} h`
  return ms % 60_000 === 0 ? `${count(ms / 60_000)} min` : `${count(ms / 1_000)} s`
}
