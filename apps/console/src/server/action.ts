import 'server-only'
import { type Actor, type Capability, DatabaseError } from '@eventmesh/db'
import type { RequestId } from '@eventmesh/envelope'
import { headers } from 'next/headers'
import { unstable_rethrow } from 'next/navigation'
import type { z } from 'zod'
import type { ActionResult } from '../ui/action-result.ts'
import { config } from './config.ts'
import { database } from './database.ts'
import { log } from './logger.ts'
import { type RequestFacts, requestFacts } from './request.ts'
import { isSameOrigin } from './same-origin.ts'
import { type CurrentUser, currentUser, type Member, requireMember } from './session.ts'
import { text } from './text.ts'

/** What an action that found a fault throws away; becomes its answer. */
export type Fault = {
  readonly code: string
  readonly message: string
  readonly subject?: string
  readonly fieldErrors?: Readonly<Record<string, string>>
}
type Outcome<Data> = { readonly ok: true; readonly data: Data } | ({ readonly ok: false } & Fault)

type Common = { readonly db: ReturnType<typeof database>; readonly facts: RequestFacts }

export function done<Data>(data: Data): { readonly ok: true; readonly data: Data } {
  return { ok: true, data }
}

export function fault(code: string, message: string, field?: string): { readonly ok: false } & Fault {
  return { ok: false, code, message, ...(field === undefined ? {} : { fieldErrors: { [field]: message } }) }
}

/** An action anybody may call (signing in, one-time links). Order: same origin → schema → run. */
export function publicAction<Input, Data>(
  schema: z.ZodType<Input>,
  run: (context: Common & { readonly user: CurrentUser | undefined }, input: Input) => Promise<Outcome<Data>>,
): (input: unknown) => Promise<ActionResult<Data>> {
  return async (given) =>
    answer(async (common) =>
      checked(schema, given, async (input) => run({ ...common, user: await currentUser() }, input)),
    )
}

/** An action of a signed-in person without an organization. */
export function userAction<Input, Data>(
  schema: z.ZodType<Input>,
  run: (context: Common & { readonly user: CurrentUser; readonly by: Actor }, input: Input) => Promise<Outcome<Data>>,
): (input: unknown) => Promise<ActionResult<Data>> {
  return async (given) =>
    answer(async (common) => {
      const user = await currentUser()
      if (user === undefined) return signedOut()
      return await checked(schema, given, (input) => run({ ...common, user, by: actor(user, common.facts) }, input))
    })
}

export type MemberContext = Common & { readonly member: Member; readonly by: Actor }

/** An action on an organization. Order: same origin → session → capability → schema → run (one db operation). */
export function memberAction<Input, Data>(
  capability: Capability | readonly Capability[],
  schema: z.ZodType<Input>,
  run: (context: MemberContext, input: Input) => Promise<Outcome<Data>>,
): (slug: string, input: unknown) => Promise<ActionResult<Data>> {
  return async (slug, given) =>
    answer(async (common) => {
      const first = typeof capability === 'string' ? capability : capability[0]
      const allowed = await requireMember(String(slug), first ?? 'owners.write')
      if (!allowed.ok) return refusal(allowed.reason)
      const { member } = allowed
      return await checked(schema, given, (input) => run({ ...common, member, by: actor(member, common.facts) }, input))
    })
}

async function answer<Data>(run: (common: Common) => Promise<Outcome<Data>>): Promise<ActionResult<Data>> {
  const facts = await requestFacts()
  const { requestId } = facts
  if (!isSameOrigin(await headers(), config().publicUrl)) {
    return { ok: false, code: 'cross_site', message: text.crossSite, requestId }
  }
  try {
    const outcome = await run({ db: database(), facts })
    return outcome.ok ? outcome : { ...outcome, requestId }
  } catch (error) {
    unstable_rethrow(error)
    log().error({ error, request_id: requestId, route: 'action' }, 'an action failed')
    const isDown = error instanceof DatabaseError && (error.kind === 'unavailable' || error.kind === 'busy')
    return isDown
      ? { ok: false, code: 'unavailable', message: text.databaseDown, requestId }
      : { ok: false, code: 'internal', message: text.internal, requestId }
  }
}

async function checked<Input, Data>(
  schema: z.ZodType<Input>,
  given: unknown,
  run: (input: Input) => Promise<Outcome<Data>>,
): Promise<Outcome<Data>> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return await run(parsed.data)
  const fieldErrors: Record<string, string> = {}
  for (const issue of parsed.error.issues) fieldErrors[issue.path.map(String).join('.')] ??= issue.message
  return { ok: false, code: 'invalid', message: text.faultyFields, fieldErrors }
}

function refusal(
  reason: 'signed_out' | 'must_rotate' | 'too_old' | 'not_member' | 'forbidden',
): { readonly ok: false } & Fault {
  switch (reason) {
    case 'signed_out':
    case 'too_old':
      return signedOut()
    case 'must_rotate':
      return fault('must_rotate', text.rightsChanged)
    case 'not_member':
      return fault('not_found', text.notFound)
    case 'forbidden':
      return fault('forbidden', text.forbidden)
  }
}

function signedOut(): { readonly ok: false } & Fault {
  return fault('signed_out', text.sessionEnded)
}

function actor(user: CurrentUser, facts: RequestFacts): Actor {
  return {
    kind: 'user',
    id: user.userId,
    name: user.email,
    ip: facts.ip,
    requestId: facts.requestId as RequestId,
    sessionId: user.session.id,
  }
}
