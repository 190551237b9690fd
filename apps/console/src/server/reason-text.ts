import 'server-only'
import { errorCatalogue, fixTexts, isErrorCode } from '@eventmesh/envelope'

const fixes: Readonly<Record<string, string>> = fixTexts

/** Title and "How to fix" of a reason, from the one catalogue. */
export function reasonText(reason: string | null): { readonly title: string; readonly fix: string | null } | undefined {
  if (reason === null || !isErrorCode(reason)) return undefined
  return { title: errorCatalogue[reason].title, fix: fixes[reason] ?? null }
}
