import 'server-only'
import { keys, sources } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'

export type Found = {
  readonly sources: readonly { readonly id: string; readonly name: string; readonly provider: string }[]
  readonly keys: readonly { readonly id: string; readonly name: string; readonly display: string }[]
}

const perKind = 5

/** By a part of the name; keys also by their last four characters. */
export async function find({ tenant }: Member, typed: string): Promise<Found> {
  const db = database()
  const search = typed.trim()
  if (search === '') return { sources: [], keys: [] }
  const [foundKeys, foundSources] = await Promise.all([
    keys.list(db, tenant.id, { search }),
    sources.list(db, tenant.id),
  ])
  const wanted = search.toLowerCase()
  return {
    sources: foundSources
      .filter(({ name, provider }) => name.toLowerCase().includes(wanted) || provider.includes(wanted))
      .slice(0, perKind)
      .map(({ id, name, provider }) => ({ id, name, provider })),
    keys: foundKeys
      .filter(({ kind }) => kind === 'standard')
      .slice(0, perKind)
      .map(({ id, name, display }) => ({ id, name, display })),
  }
}
