import type { Refused } from '@eventmesh/db'
import { CommandError, UsageError } from './usage.ts'

/** What an operation gave; its refusals end the command, a wrong value as a usage mistake. */
export function answered<Result extends { readonly ok: true } | Refused<string>>(
  result: Result,
): Extract<Result, { readonly ok: true }> {
  if (isGiven(result)) return result
  const { code, detail } = result as Refused<string>
  throw code === 'invalid' ? new UsageError(detail) : new CommandError(detail)
}

function isGiven<Result extends { readonly ok: boolean }>(
  result: Result,
): result is Extract<Result, { readonly ok: true }> {
  return result.ok
}
