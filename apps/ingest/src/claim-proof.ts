import type { Claims } from '@eventmesh/bus'
import { eventId, fingerprint } from '@eventmesh/envelope'
import type { Caller } from './caller.ts'
import { type Result, refuse, retrySecondsAfter } from './outcome.ts'

/**
 * A proof that does not cover the body (Mailgun, Dropbox Sign) counts for the first body that it comes with: who saw one
 * cannot put another body behind it. Without claims nothing else stands in the way of that, whatever the tenant's policy:
 * such a delivery is refused until they are back.
 */
export async function claimProof(
  token: string,
  body: Buffer,
  caller: Caller,
  { claims, ttlMs }: { readonly claims: Claims; readonly ttlMs: number },
): Promise<Result<undefined>> {
  const { tenantId } = caller
  // Apart from the delivery ids of the same source; the result is of no use here.
  const place = { tenantId, scope: `${caller.scope}/proof`, key: token }
  const fp = fingerprint({ body, mediaType: '', route: 'webhook' })
  const result = { eventId: eventId(place), acceptedAtMs: 0, partition: 0, offset: 0 }
  try {
    // Settled at once: what is only pending may be taken over by another body.
    const [answer] = await claims.settle([{ ...place, fp, result, ttlMs }])
    if (answer?.state !== 'conflict') return { ok: true, value: undefined }
    return refuse('signature_mismatch', 'this proof came with another body before, and counts for that one alone')
  } catch (error) {
    const detail = 'whether this proof was used before cannot be checked just now; send the same request again'
    return refuse('claims_unavailable', detail, { retryAfterSeconds: retrySecondsAfter(error) })
  }
}
