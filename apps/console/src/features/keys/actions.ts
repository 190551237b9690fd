'use server'

import { can, keys } from '@eventmesh/db'
import type { KeyId, Mode } from '@eventmesh/envelope'
import { z } from 'zod'
import { done, fault, type MemberContext, memberAction } from '../../server/action.ts'
import { idSchema } from '../../server/id-schema.ts'
import { relative } from '../../ui/format.ts'
import { text } from './text.ts'

// Nothing here revalidates, redirects or sets a cookie: each of these renders the route anew, and the one dialog that
// holds a new key must survive. The browser refreshes the list when that dialog is closed.

const id = idSchema<KeyId>()
const name = z.string().trim().min(1, text.needsName).max(64, text.nameTooLong)
const mode = z.enum(['live', 'test'])
const expiresAt = z.iso
  .datetime()
  .nullable()
  .transform((value) => (value === null ? null : new Date(value)))
const allowedIps = z.array(z.string().trim().max(60)).max(50, text.tooManyIps)
const operationId = z.uuid()

export const createKey = memberAction(
  'keys.write.test',
  z.object({ name, mode, expiresAt, allowedIps, operationId }),
  async (context, input) => {
    if (!mayChange(context, input.mode)) return fault('forbidden', text.needsRole(input.mode))
    const created = await keys.create(context.db, { tenantId: context.member.tenant.id, ...input }, context.by)
    return created.ok ? done({ id: created.key.id as string, key: created.secret }) : refusal(created)
  },
)

export const rotateKey = memberAction(
  'keys.write.test',
  z.object({ id, overlapMs: z.int().min(0).max(keys.overlapMsMax), expiresAt, operationId }),
  async (context, input) => {
    const target = await find(context, input.id)
    if ('ok' in target) return target
    const rotated = await keys.rotate(context.db, { tenantId: context.member.tenant.id, ...input }, context.by)
    if (rotated.ok) return done({ id: rotated.key.id as string, key: rotated.secret })
    const before = rotated.code === 'not_rotatable' ? await rotatedBefore(context, input.id) : undefined
    return before ?? refusal(rotated)
  },
)

export const updateKey = memberAction(
  'keys.write.test',
  z.object({ id, name, expiresAt, allowedIps }),
  async (context, input) => {
    const target = await find(context, input.id)
    if ('ok' in target) return target
    const changed = await keys.update(context.db, { tenantId: context.member.tenant.id, ...input }, context.by)
    return changed.ok ? done(null) : refusal(changed)
  },
)

export const setKeyDisabled = memberAction(
  'keys.write.test',
  z.object({ id, disabled: z.boolean() }),
  async (context, input) => {
    const target = await find(context, input.id)
    if ('ok' in target) return target
    const changed = await keys.setDisabled(context.db, { tenantId: context.member.tenant.id, ...input }, context.by)
    return changed.ok ? done(null) : refusal(changed)
  },
)

export const revokeKey = memberAction('keys.write.test', z.object({ id }), async (context, input) => {
  const target = await find(context, input.id)
  if ('ok' in target) return target
  const changed = await keys.revoke(context.db, { tenantId: context.member.tenant.id, id: input.id }, context.by)
  return changed.ok ? done(null) : refusal(changed)
})

export const endOverlap = memberAction('keys.write.test', z.object({ id }), async (context, input) => {
  const target = await find(context, input.id)
  if ('ok' in target) return target
  const changed = await keys.endOverlap(context.db, { tenantId: context.member.tenant.id, id: input.id }, context.by)
  return changed.ok ? done(null) : refusal(changed)
})

export const extendOverlap = memberAction(
  'keys.write.test',
  z.object({ id, endsAt: z.iso.datetime().transform((value) => new Date(value)) }),
  async (context, input) => {
    const target = await find(context, input.id)
    if ('ok' in target) return target
    const changed = await keys.extendOverlap(context.db, { tenantId: context.member.tenant.id, ...input }, context.by)
    return changed.ok ? done(null) : refusal(changed)
  },
)

/** The key, if it is this organization's and the role may change keys of its mode; else the fault. */
async function find(context: MemberContext, keyId: KeyId) {
  const key = await keys.get(context.db, { tenantId: context.member.tenant.id, id: keyId })
  if (key === undefined) return fault('not_found', text.notFound)
  return mayChange(context, key.mode) ? { key } : fault('forbidden', text.needsRole(key.mode))
}

/** By whom and when, if another rotation was faster: the way out is its new key. */
async function rotatedBefore({ db, member }: MemberContext, keyId: KeyId) {
  const tenantId = member.tenant.id
  const old = await keys.get(db, { tenantId, id: keyId })
  if (old === undefined || old.rotatedAt === null || old.replacedBy === null) return undefined
  const fresh = await keys.get(db, { tenantId, id: old.replacedBy })
  if (fresh === undefined) return undefined
  const message = text.rotatedBefore(relative(old.rotatedAt, new Date()), fresh.createdBy)
  return { ...fault('rotated', message), subject: fresh.id as string }
}

function mayChange({ member }: MemberContext, of: Mode): boolean {
  return can(member.role, of === 'live' ? 'keys.write.live' : 'keys.write.test')
}

type Refusal = { readonly code: string; readonly detail: string; readonly key?: { readonly id: string } }

function refusal({ code, detail, key }: Refusal) {
  switch (code) {
    case 'name_taken':
      return fault(code, text.nameTaken, 'name')
    case 'already_created':
      return { ...fault(code, text.alreadyCreated), ...(key === undefined ? {} : { subject: key.id }) }
    case 'invalid':
      return invalid(detail)
    case 'not_found':
      return fault(code, text.notFound)
    default:
      return fault(code, `${text.changed} ${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`)
  }
}

/** `allowedIps: 2: must be …; …`: which field, and which of its lines. */
function invalid(detail: string) {
  const lines = [...detail.matchAll(/allowedIps: (\d+): ([^;]+)/g)].map(([, index, message]) =>
    text.faultyLine(Number(index) + 1, message ?? ''),
  )
  if (lines.length > 0) return fault('invalid', lines.join(' '), 'allowedIps')
  const [field = '', ...rest] = detail.split(': ')
  return fault('invalid', sentence(rest.join(': ')), field)
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
