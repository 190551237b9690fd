import 'server-only'
import type { Capability } from '@eventmesh/db'
import { database } from './database.ts'
import { log } from './logger.ts'
import { requestFacts } from './request.ts'
import { type Member, requireMember } from './session.ts'
import { text } from './text.ts'

export type RouteContext = {
  readonly member: Member
  readonly db: ReturnType<typeof database>
  readonly requestId: string
}

type Params = { readonly params: Promise<{ readonly tenant: string } & Readonly<Record<string, string>>> }

type Contract = {
  readonly needs: Capability
  /** The parameters of its query; another one is a fault of whoever asks. */
  readonly takes: readonly string[]
}

/** A Route Handler for reads: asks for the member itself, answers faults as problem+json with the request id. */
export function memberRoute(
  { needs, takes }: Contract,
  handle: (context: RouteContext, request: Request, params: Readonly<Record<string, string>>) => Promise<Response>,
): (request: Request, given: Params) => Promise<Response> {
  return async (request, given) => {
    const params = await given.params
    const { requestId } = await requestFacts()
    try {
      const answer = await requireMember(params.tenant, needs)
      if (!answer.ok) return refusal(answer.reason, requestId)
      const unknown = [...new URL(request.url).searchParams.keys()].find((name) => !takes.includes(name))
      if (unknown !== undefined) return unknownParameter(unknown, takes, requestId)
      const response = await handle({ member: answer.member, db: database(), requestId }, request, params)
      response.headers.set('cache-control', response.headers.get('cache-control') ?? 'no-store')
      return response
    } catch (error) {
      log().error({ error, request_id: requestId, route: 'api' }, 'a read failed')
      return problem(503, 'unavailable', text.readFailed, requestId)
    }
  }
}

function refusal(
  reason: 'signed_out' | 'must_rotate' | 'too_old' | 'not_member' | 'forbidden',
  requestId: string,
): Response {
  switch (reason) {
    case 'signed_out':
    case 'too_old':
      return problem(401, 'signed_out', text.signIn, requestId)
    case 'must_rotate':
      return problem(401, 'must_rotate', text.rightsChanged, requestId)
    case 'not_member':
      return problem(404, 'not_found', text.notFound, requestId)
    case 'forbidden':
      return problem(403, 'forbidden', text.forbidden, requestId)
  }
}

function unknownParameter(name: string, takes: readonly string[], requestId: string): Response {
  return problem(400, 'unknown_parameter', text.unknownParameter(name.slice(0, 40), takes), requestId)
}

/** RFC 9457; `more` says what the code alone does not. */
export function problem(status: number, code: string, detail: string, requestId: string, more: object = {}): Response {
  return Response.json(
    { status, code, detail, request_id: requestId, ...more },
    { status, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } },
  )
}
