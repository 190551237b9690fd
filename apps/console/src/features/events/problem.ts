import type { EventView } from './queries.ts'

/** What a refusal's answer says, as far as it is shown beside it. */
export type ShownProblem = { readonly detail: string | undefined; readonly issues: readonly Issue[] }

export type Issue = { readonly pointer: string; readonly detail: string }

const issuesMax = 10

/** Of the answer as it was kept; whatever it is, it is shown whole in its own tab. */
export function problemOf(text: string | null): ShownProblem {
  const problem = members(text)
  const { detail, errors } = problem
  return {
    detail: typeof detail === 'string' ? detail : undefined,
    issues: Array.isArray(errors) ? (errors as Issue[]).slice(0, issuesMax) : [],
  }
}

function members(text: string | null): { readonly detail?: unknown; readonly errors?: unknown } {
  if (text === null) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    // No JSON after all.
    return {}
  }
}

/**
 * The marked places of a refusal's kept body. Of one of several items that body is the item alone, while its answer
 * points into the whole request.
 */
export function issuesOf({ problem, facts }: Pick<EventView, 'problem' | 'facts'>): readonly Issue[] {
  const { issues } = problemOf(problem)
  if (facts.items === 1) return issues
  const base = new RegExp(`^(?:/events)?/${facts.item}(?=/|$)`)
  return issues.map((issue) => ({ ...issue, pointer: issue.pointer.replace(base, '') }))
}
