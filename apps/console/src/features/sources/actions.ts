'use server'

import { sourceSecrets, sources, sourceUrl } from '@eventmesh/db'
import type { SecretId, SourceId } from '@eventmesh/envelope'
import { checkOptions, checkSecret, type Provider, providers, splitSecrets } from '@eventmesh/providers'
import { z } from 'zod'
import { done, fault, type MemberContext, memberAction } from '../../server/action.ts'
import { config } from '../../server/config.ts'
import { idSchema } from '../../server/id-schema.ts'
import { text } from './text.ts'

// Nothing here revalidates, redirects or sets a cookie: an address is shown once, by a part of the page that must
// survive. The browser refreshes when that part is left.

const id = idSchema<SourceId>()
const secretId = idSchema<SecretId>()
const name = z.string().trim().min(1, text.needsName).max(64, text.nameTooLong)
const options = z.record(z.string().max(64), z.string().max(2_048))
const secretsText = z.string().min(1, text.secrets.needed).max(100_000, text.secrets.tooLong)

export const createSource = memberAction(
  'sources.write',
  z.object({ provider: z.string(), name, mode: z.enum(['live', 'test']), options, operationId: z.uuid() }),
  async (context, input) => {
    const provider = providers.get(input.provider)
    if (provider === undefined) return fault('not_found', text.noProvider)
    const checked = optionsOf(provider, input.options)
    if (!checked.ok) return checked
    const created = await sources.create(
      context.db,
      { ...input, options: checked.options, tenantId: context.member.tenant.id },
      context.by,
    )
    if (!created.ok) return refusal(created)
    return done({ id: created.source.id as string, url: sourceUrl(config().ingestUrl, created.token) })
  },
)

export const updateSource = memberAction('sources.write', z.object({ id, name, options }), async (context, input) => {
  const provider = await providerOf(context, input.id)
  if (provider === undefined) return fault('not_found', text.notFound)
  const checked = optionsOf(provider, input.options)
  if (!checked.ok) return checked
  const changed = await sources.update(
    context.db,
    { tenantId: context.member.tenant.id, id: input.id, name: input.name, options: checked.options },
    context.by,
  )
  return changed.ok ? done(null) : refusal(changed)
})

/** Reads the source's secrets another way, as a diagnosis found that they match; every other option stays. */
export const setDecoding = memberAction(
  'sources.write',
  z.object({ id, decoding: z.enum(['utf8', 'hex', 'base64']) }),
  async (context, input) => {
    const source = await sources.get(context.db, named(context, input.id))
    const provider = source && providers.get(source.provider)
    if (source === undefined || provider?.secret.form !== 'generic') return fault('not_found', text.notFound)
    const checked = optionsOf(provider, { ...source.options, key: input.decoding })
    if (!checked.ok) return checked
    const changed = await sources.update(
      context.db,
      { ...named(context, input.id), options: checked.options },
      context.by,
    )
    return changed.ok ? done(null) : refusal(changed)
  },
)

export const rotateSourceUrl = memberAction('sources.secret', z.object({ id }), async (context, input) => {
  const rotated = await sources.rotateUrl(context.db, named(context, input.id), context.by)
  return rotated.ok ? done({ url: sourceUrl(config().ingestUrl, rotated.token) }) : refusal(rotated)
})

/** One secret a line; all of them or none. Answers what is doubtful about those that were taken. */
export const addSecrets = memberAction(
  'sources.secret',
  z.object({ id, secret: secretsText }),
  async (context, input) => {
    const source = await sources.get(context.db, named(context, input.id))
    const provider = source && providers.get(source.provider)
    if (source === undefined || provider === undefined) return fault('not_found', text.notFound)
    const secrets = splitSecrets(input.secret)
    const warnings: string[] = []
    for (const secret of secrets) {
      const check = checkSecret(provider, source.options, secret)
      if (!check.ok) return fault('invalid', sentence(check.detail), 'secret')
      if (check.warning !== undefined) warnings.push(sentence(check.warning))
    }
    const added = await sourceSecrets.add(context.db, { ...named(context, input.id), secrets }, context.by)
    return added.ok ? done({ warnings }) : refusal(added)
  },
)

export const removeSecret = memberAction(
  'sources.secret',
  z.object({ id, secretId }),
  async ({ db, member, by }, input) => {
    const place = { tenantId: member.tenant.id, sourceId: input.id, id: input.secretId }
    const removed = await sourceSecrets.remove(db, place, by)
    return removed.ok ? done(null) : refusal(removed)
  },
)

export const setSourcePaused = memberAction(
  'sources.write',
  z.object({ id, paused: z.boolean() }),
  async (context, input) => {
    const set = input.paused ? sources.pause : sources.resume
    const changed = await set(context.db, named(context, input.id), context.by)
    return changed.ok ? done(null) : refusal(changed)
  },
)

export const deleteSource = memberAction('sources.delete', z.object({ id }), async (context, input) => {
  const changed = await sources.markDeleted(context.db, named(context, input.id), context.by)
  return changed.ok ? done(null) : refusal(changed)
})

function named({ member }: MemberContext, source: SourceId) {
  return { tenantId: member.tenant.id, id: source }
}

async function providerOf(context: MemberContext, source: SourceId): Promise<Provider | undefined> {
  const found = await sources.get(context.db, named(context, source))
  return found && providers.get(found.provider)
}

/** An empty field is an option that is not given. */
function optionsOf(provider: Provider, given: Readonly<Record<string, string>>) {
  const filled = Object.entries(given).filter(([, value]) => value.trim() !== '')
  const checked = checkOptions(provider, Object.fromEntries(filled))
  if (checked.ok) return checked
  const fieldErrors = Object.fromEntries(
    checked.problems.map((problem) => {
      const [field = '', ...rest] = problem.split(': ')
      return [`option.${field}`, sentence(rest.join(': '))]
    }),
  )
  return { ok: false as const, code: 'invalid', message: text.faultyFields, fieldErrors }
}

function refusal({ code, detail }: { readonly code: string; readonly detail: string }) {
  switch (code) {
    case 'name_taken':
      return fault(code, text.nameTaken, 'name')
    case 'secret_known':
      return fault(code, text.secrets.known, 'secret')
    case 'already_created':
      return fault(code, text.alreadyCreated)
    case 'no_master_key':
      return fault(code, text.noMasterKey)
    case 'not_found':
      return fault(code, text.notFound)
    default: {
      const [field = '', ...rest] = detail.split(': ')
      return rest.length > 0 ? fault(code, sentence(rest.join(': ')), field) : fault(code, sentence(detail))
    }
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
