'use server'

import { type TenantForm, tenants } from '@eventmesh/db'
import { z } from 'zod'
import { done, fault, memberAction } from '../../server/action.ts'
import { relative } from '../../ui/format.ts'
import { text } from './text.ts'

const limit = (max: number) =>
  z.int(text.numberRange(1, max)).min(1, text.numberRange(1, max)).max(max, text.numberRange(1, max)).nullable()

const form = z
  .strictObject({
    name: z.string().trim().min(1, text.needsName).max(200, text.nameTooLong),
    slug: z.string().trim().max(100),
    requireIdempotencyKey: z.boolean(),
    claims: z.enum(['degrade', 'strict']),
    dedupWindowS: tenants.dedupWindowSchema,
    viewersSeePayloads: z.boolean(),
    sessionHoursMax: limit(720),
    keyDaysMax: limit(3_650),
  })
  .partial()

/** `from` is what the form showed: whoever saved before is not overwritten. */
export const saveSettings = memberAction(
  'settings.write',
  z.object({ from: form, to: form }),
  async ({ db, member, by }, { from, to }) => {
    const change = { tenantId: member.tenant.id, from: defined(from), to: defined(to) }
    const result = await tenants.edit(db, change, by)
    if (result.ok) return done({ slug: result.tenant.slug })
    switch (result.code) {
      case 'slug_taken':
        return fault(result.code, text.slugTaken, 'slug')
      case 'invalid':
        return fault(result.code, text.slugForm, 'slug')
      case 'conflict':
        return fault(result.code, conflictText(result.changed))
      case 'not_found':
        return fault(result.code, result.detail)
    }
  },
)

function conflictText(changed: { readonly by: string; readonly at: Date } | undefined): string {
  return changed === undefined ? text.conflictUnnamed : text.conflict(changed.by, relative(changed.at, new Date()))
}

function defined(given: { readonly [Name in keyof TenantForm]?: TenantForm[Name] | undefined }): Partial<TenantForm> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
