import { text } from './text.ts'

export type PaletteRights = {
  readonly audit: boolean
  readonly settings: boolean
  readonly createKeys: boolean
  readonly sendEvents: boolean
  readonly writeSources: boolean
  readonly invite: boolean
}

export type Entry = { readonly label: string; readonly href: string; readonly words?: string; readonly keys?: string }

export function pagesOf(slug: string, rights: PaletteRights): readonly Entry[] {
  const at = (path: string) => `/${slug}${path}`
  return [
    { label: text.overview, href: at(''), words: 'home charts', keys: 'g o' },
    { label: text.events, href: at('/events'), words: 'list search live', keys: 'g e' },
    { label: text.sources, href: at('/sources'), words: 'webhooks providers', keys: 'g s' },
    { label: text.keys, href: at('/keys'), words: 'tokens', keys: 'g k' },
    { label: text.members, href: at('/members'), words: 'people team roles invites', keys: 'g m' },
    ...(rights.audit ? [{ label: text.audit, href: at('/audit'), words: 'history', keys: 'g a' }] : []),
    ...(rights.settings ? [{ label: text.settings, href: at('/settings/general'), words: 'organization rules' }] : []),
    { label: text.account, href: at('/settings/account'), words: 'password sessions preferences theme zone' },
    { label: text.getStarted, href: at('/get-started'), words: 'curl first event' },
  ]
}

export function actionsOf(slug: string, rights: PaletteRights): readonly Entry[] {
  const at = (path: string) => `/${slug}${path}`
  return [
    ...(rights.createKeys ? [{ label: text.createKey, href: at('/keys?do=create'), words: 'new api token' }] : []),
    ...(rights.sendEvents ? [{ label: text.sendTest, href: at('/events?do=send-test'), words: 'try' }] : []),
    ...(rights.writeSources ? [{ label: text.addSource, href: at('/sources/new'), words: 'webhook new' }] : []),
    ...(rights.invite ? [{ label: text.invite, href: at('/members?do=invite'), words: 'people add' }] : []),
    { label: text.newOrganization, href: '/new', words: 'create' },
  ]
}

/** Each typed word begins some word of the entry. */
export function matching(entries: readonly Entry[], typed: string): readonly Entry[] {
  const wanted = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return entries.filter(({ label, words = '' }) => {
    const own = `${label} ${words}`.toLowerCase().split(/[\s…-]+/)
    return wanted.every((word) => own.some((each) => each.startsWith(word)))
  })
}

const idForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(\.\d{1,6})?$/i

/** What a pasted id may be. */
export function placesOf(slug: string, typed: string): readonly Entry[] {
  const id = typed.trim().toLowerCase()
  const match = idForm.exec(id)
  if (match === null) return []
  const request = {
    label: text.openRequest,
    // Of whatever age, as far back as rows are kept.
    href: `/${slug}/events?q=${encodeURIComponent(`request:${id.split('.')[0]}`)}&range=30d`,
  }
  return [{ label: text.openEvent, href: `/${slug}/events/${id}` }, request]
}
