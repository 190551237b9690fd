import { isCleanText } from '@eventmesh/envelope'
import { type ExtractedItem, type Extraction, extract, payloadBytes } from '@eventmesh/providers'
import type { SourceCaller } from './caller.ts'
import { fitsRecord } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import { type Candidate, type Item, newItem } from './item.ts'
import type { Limits } from './limits.ts'
import { type Result, refuse } from './outcome.ts'

const attributesBytesMax = 2_048

export type Delivery = { readonly items: readonly Item[]; readonly isBatch: boolean }

/**
 * A proved delivery → its events, as its provider's record says. A webhook's sender cannot mend one item of it, so what
 * is refused of one is refused of all, before anything is claimed.
 */
export function readDelivery(
  body: Buffer,
  caller: SourceCaller,
  { incoming, proof }: Pick<Exchange, 'incoming' | 'proof'>,
  { limits, receivedAt }: { readonly limits: Limits; readonly receivedAt: string },
): Result<Delivery> {
  const request = { rawHeaders: incoming.rawHeaders, body }
  const extraction = extract({ provider: caller.source.provider, request, signedAt: proof?.signedAt ?? null })
  if (!extraction.ok) return refuse(extraction.code, extraction.detail, { errors: extraction.issues })
  if (extraction.items.length > limits.batchItemsMax) {
    return refuse('batch_too_large', `the delivery holds more than ${limits.batchItemsMax} events`)
  }

  const items: Item[] = []
  for (const [index, extracted] of extraction.items.entries()) {
    const candidate = candidateOf(extracted, extraction, receivedAt)
    if (!fitsRecord(candidate, limits.recordBytesMax)) {
      return refuse(
        'payload_too_large',
        `an event of the delivery, as it is kept, has more than ${limits.recordBytesMax} bytes`,
      )
    }
    const item = newItem(index, extraction.isSplit ? extracted.payload.item : body)
    item.candidate = candidate
    items.push(item)
  }
  return { ok: true, value: { items, isBatch: extraction.isSplit } }
}

function candidateOf(
  extracted: ExtractedItem,
  { mediaType, attributes }: Extract<Extraction, { readonly ok: true }>,
  receivedAt: string,
): Candidate {
  return {
    eventType: extracted.eventType,
    occurredAt: extracted.occurredAt ?? receivedAt,
    idempotencyKey: extracted.key,
    isKeyGenerated: false,
    orderingKey: extracted.orderingKey ?? undefined,
    payload: payloadBytes(extracted),
    wrap: extracted.wrap,
    mediaType,
    fingerprinted: extracted.fingerprinted,
    exactBody: extracted.exactBody ?? undefined,
    attributes: recordAttributes(attributes),
    headerAttributes: attributes.length === 0 ? undefined : attributes,
  }
}

/** CloudEvents attributes as `ce_*` headers, where a header can hold them; too much of them is left out as a whole. */
function recordAttributes(
  attributes: Extract<Extraction, { readonly ok: true }>['attributes'],
): Candidate['attributes'] {
  if (attributes.length === 0) return undefined
  const kept = attributes.filter(([name, value]) => /^[a-z0-9]+$/.test(name) && isCleanText(value))
  const size = kept.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0)
  if (kept.length === 0 || size > attributesBytesMax) return undefined
  return Object.fromEntries(kept.map(([name, value]) => [`ce_${name}`, value]))
}
