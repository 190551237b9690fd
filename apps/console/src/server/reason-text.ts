import 'server-only'
import { errorCatalogue, type FixValues, fixText, isErrorCode, isReasonCode } from '@eventmesh/envelope'

/** Title and "How to fix" of a reason, from the one catalogue; with what is known of the case. */
export function reasonText(
  reason: string | null,
  values?: FixValues,
): { readonly title: string; readonly fix: string | null } | undefined {
  if (reason === null || !isErrorCode(reason)) return undefined
  return { title: errorCatalogue[reason].title, fix: isReasonCode(reason) ? fixText(reason, values) : null }
}
