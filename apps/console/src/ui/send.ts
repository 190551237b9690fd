import { unstable_isUnrecognizedActionError as isUnrecognized } from 'next/navigation'
import type { ActionFault, ActionResult } from './action-result.ts'

/** Told to the shell, which lays what is to be done over the page. */
export const signedOutEvent = 'eventmesh:signed-out'
export const updatedEvent = 'eventmesh:updated'

/**
 * Calls an action and answers in any case. Rights that changed meanwhile want another session id: it is exchanged here,
 * and the action called once more.
 */
export async function send<Data>(run: () => Promise<ActionResult<Data>>): Promise<ActionResult<Data>> {
  let result = await run().catch(unanswered)
  if (!result.ok && result.code === 'must_rotate') {
    // Where it was not exchanged, the second call says so.
    await fetch('/session/rotate', { method: 'POST' }).catch(() => undefined)
    result = await run().catch(unanswered)
  }
  if (!result.ok && result.code === 'signed_out') window.dispatchEvent(new Event(signedOutEvent))
  if (!result.ok && result.code === 'updated') window.dispatchEvent(new Event(updatedEvent))
  return result
}

/** No network, or the console was replaced meanwhile by a newer one that does not know this page's actions. */
function unanswered(error: unknown): ActionFault {
  if (isUnrecognized(error)) return fault('updated', 'The console was updated. Reload the page and try again.')
  return navigator.onLine
    ? fault('unreachable', 'The console did not answer. Try again in a moment.')
    : fault('unreachable', 'You are offline. Nothing was sent; try again when the connection is back.')
}

function fault(code: string, message: string): ActionFault {
  return { ok: false, code, message, requestId: '' }
}

/** For reads: a 401 means that the session is over. */
export function noticeSignedOut(response: Response): void {
  if (response.status === 401) window.dispatchEvent(new Event(signedOutEvent))
}
