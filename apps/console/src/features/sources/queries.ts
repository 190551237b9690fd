import 'server-only'
import {
  type EventFacts,
  events,
  parseSearch,
  type SearchTerm,
  type Source,
  sourceSecrets,
  sources,
  type Verification,
  verifications,
} from '@eventmesh/db'
import { isUuid, type SourceId } from '@eventmesh/envelope'
import { optionForms, type Provider, providers } from '@eventmesh/providers'
import { database } from '../../server/database.ts'
import { reasonText } from '../../server/reason-text.ts'
import type { Member } from '../../server/session.ts'
import type { Bar } from '../../ui/spark.tsx'
import type { ProviderSheet, ProviderTile } from './provider-sheet.ts'
import type { DeliveryRow, DirectRow, SecretRow, SourceRow } from './source-row.ts'

export type SourceQuery = { readonly status: string | undefined; readonly search: string | undefined }

export async function listSources(
  { tenant }: Member,
  { status, search }: SourceQuery,
): Promise<{ readonly rows: readonly SourceRow[]; readonly direct: readonly DirectRow[] }> {
  const db = database()
  const [all, direct, usage] = await Promise.all([
    sources.list(db, tenant.id),
    sources.direct(db, tenant.id),
    sources.usage(db, tenant.id, 'day'),
  ])
  const bars = (id: string) => (usage.get(id) ?? []).map(asBar)
  const wanted = search?.toLowerCase() ?? ''
  const rows = all
    .map((source) => toRow(source, bars(source.id)))
    .filter((row) => status === undefined || row.status === status)
    .filter(({ name, provider }) => `${name} ${provider.name} ${provider.id}`.toLowerCase().includes(wanted))
  return {
    rows,
    direct: direct.map(({ mode, status, lastReceivedAt }) => ({
      mode,
      status,
      lastReceivedAt: lastReceivedAt?.toISOString() ?? null,
      usage: bars(mode === 'live' ? 'native' : 'native-test'),
    })),
  }
}

/** Undefined of an unknown and of a deleted one. */
export async function getSource({ tenant }: Member, id: string): Promise<SourceRow | undefined> {
  if (!isUuid(id)) return undefined
  const db = database()
  const [source, usage] = await Promise.all([
    sources.get(db, { tenantId: tenant.id, id: id as SourceId }),
    sources.usage(db, tenant.id, 'day'),
  ])
  if (source === undefined || source.deletedAt !== null) return undefined
  return toRow(source, (usage.get(source.id) ?? []).map(asBar))
}

export async function secretsOf({ tenant }: Member, id: string): Promise<readonly SecretRow[]> {
  const found = await sourceSecrets.list(database(), { tenantId: tenant.id, id: id as SourceId })
  return found.map((secret) => ({
    id: secret.id,
    fingerprint: secret.fingerprint,
    origin: secret.origin,
    createdAt: secret.createdAt.toISOString(),
    createdBy: secret.createdBy,
    lastMatchedAt: secret.lastMatchedAt?.toISOString() ?? null,
  }))
}

const deliveriesMax = 20

/** The newest first: as ingest proved them, and as the index has them. `sinceMs`: those that came later. */
export async function deliveriesOf({ tenant }: Member, id: string, sinceMs = 0): Promise<readonly DeliveryRow[]> {
  const db = database()
  const [proved, page] = await Promise.all([
    verifications.list(db, { tenantId: tenant.id, sourceId: id as SourceId }, deliveriesMax),
    events.page(db, tenant.id, { terms: termsOf(`source:${id}`), limit: deliveriesMax }),
  ])
  const known = new Map<string, { readonly row?: EventFacts; readonly verification?: Verification }>()
  for (const row of page.ok ? page.rows : []) known.set(`${row.requestId}.${row.item}`, { row })
  for (const verification of proved) {
    const key = `${verification.requestId}.${verification.item}`
    known.set(key, { ...known.get(key), verification })
  }
  return [...known.values()]
    .map(toDelivery)
    .filter(({ at }) => new Date(at).getTime() > sinceMs)
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, deliveriesMax)
}

/** Reasons of the last 24 hours with how often, from the sums. */
export async function rejectionsOf(
  { tenant }: Member,
  id: string,
): Promise<readonly { readonly reason: string; readonly n: number }[]> {
  const { fields } = await events.facets(database(), tenant.id, {
    terms: termsOf(`source:${id} outcome:rejected`),
    range: { lastMs: 86_400_000 },
  })
  return fields.reason.flatMap(({ value, n }) => (n === null || n === 0 ? [] : [{ reason: value, n }]))
}

const often = ['standard-webhooks', 'stripe', 'github', 'shopify', 'slack', 'twilio']
const last = ['generic-hmac', 'static-token', 'basic-auth', 'none']

export type ProviderTiles = Readonly<Record<'first' | 'rest' | 'other', readonly ProviderTile[]>>

export function providerTiles(): ProviderTiles {
  const named = (ids: readonly string[]) => ids.flatMap((id) => providers.get(id) ?? []).map(toTile)
  const rest = providers
    .list()
    .filter(({ id }) => !often.includes(id) && !last.includes(id))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
  return { first: named(often), rest: rest.map(toTile), other: named(last) }
}

export function providerSheet(id: string): ProviderSheet | undefined {
  const provider = providers.get(id)
  if (provider === undefined) return undefined
  return {
    ...toTile(provider),
    docs: provider.docs,
    summary: provider.scheme.summary,
    setup: provider.setup,
    test: provider.test,
    retry: provider.retry,
    notes: provider.notes ?? [],
    secret: {
      form: provider.secret.form,
      hint: provider.secret.hint,
      isOptional: provider.secret.isOptional ?? false,
      isChosen: provider.secret.isChosen ?? false,
    },
    options: optionForms(provider).map((form) => ({
      name: form.name,
      doc: form.doc,
      isRequired: form.isRequired ?? false,
      values: form.values ?? null,
      initial: form.default ?? null,
    })),
    handshakes: (provider.handshakes ?? []).map(({ kind }) => kind),
    canSend: provider.scheme.sign !== undefined,
  }
}

function toTile(provider: Provider): ProviderTile {
  const { id, name, checked, proof, scheme } = provider
  return { id, name, checked, proof, scheme: scheme.id, isOpen: provider.secret.form === 'none' }
}

function toRow(source: Source, usage: readonly Bar[]): SourceRow {
  const time = (at: Date | null) => at?.toISOString() ?? null
  const provider = providers.get(source.provider)
  return {
    id: source.id,
    name: source.name,
    provider: {
      id: source.provider,
      name: provider?.name ?? source.provider,
      scheme: provider?.scheme.id ?? 'unknown',
    },
    mode: source.mode,
    status: source.status,
    options: source.options,
    createdAt: source.createdAt.toISOString(),
    createdBy: source.createdBy,
    pausedAt: time(source.pausedAt),
    previousUrlEndsAt: time(source.previousUrlEndsAt),
    secretLearnedAt: time(source.secretLearnedAt),
    lastReceivedAt: time(source.lastReceivedAt),
    lastHandshake:
      source.lastHandshake === null
        ? null
        : { at: source.lastHandshake.at.toISOString(), isOk: source.lastHandshake.isOk },
    usualGapMs: source.usualGapMs,
    activeSecrets: source.activeSecrets,
    usage,
  }
}

function toDelivery({
  row,
  verification,
}: {
  readonly row?: EventFacts
  readonly verification?: Verification
}): DeliveryRow {
  const reason = verification?.reason ?? row?.reason ?? null
  const requestId = row?.requestId ?? verification?.requestId ?? ''
  return {
    id: row !== undefined && row.items > 1 ? `${requestId}.${row.item}` : requestId,
    at: row?.receivedAt ?? verification?.verifiedAt.toISOString() ?? '',
    verdict: verification?.verdict ?? null,
    outcome: row?.outcome ?? (verification?.verdict === 'fail' ? 'rejected' : null),
    type: row?.eventType ?? null,
    reason,
    diagnosis: verification?.diagnosis ?? row?.diagnosis ?? null,
    detail: verification?.detail ?? null,
    fix: reasonText(reason)?.fix ?? null,
    evidence: verification?.evidence ?? {},
  }
}

function asBar(counts: {
  readonly accepted: number
  readonly duplicate: number
  readonly quarantined: number
  readonly rejected: number
}): Bar {
  return { accepted: counts.accepted + counts.duplicate + counts.quarantined, rejected: counts.rejected }
}

function termsOf(q: string): readonly SearchTerm[] {
  const parsed = parseSearch(q)
  return parsed.ok ? parsed.terms : []
}
