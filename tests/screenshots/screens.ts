import type { Page } from '@playwright/test'

export type Screen = {
  readonly name: string
  /** `{tenant}`, `{invite}` and `{reset}` stand for what `main.ts` has made. */
  readonly path: string
  readonly as?: 'owner' | 'viewer' | 'nobody'
  /** What is done there before the picture. */
  readonly prepare?: (page: Page) => Promise<unknown>
  readonly isFullPage?: boolean
  /** On purpose, for ever. */
  readonly hasSkeletons?: boolean
}

const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()
const link = (name: string) => (page: Page) => page.getByRole('link', { name }).first().click()
const menu = (row: string, name: string) => async (page: Page) => {
  await page
    .getByRole('button', { name: `Actions for ${row}` })
    .filter({ visible: true })
    .first()
    .click()
  await page.getByRole('menuitem', { name }).click()
}
const tab = (name: string | RegExp) => (page: Page) => page.getByRole('tab', { name }).click()
/** Rows stand twice in a page, as a table and as a list; one of them is shown. */
const firstRow = (page: Page) =>
  page.locator('[data-event-row]').filter({ visible: true }).first().getByText('Accepted').click()
/** By its address: a click on a row opens it beside the list. */
const firstLink = (part: string) => async (page: Page) => {
  const href = await page.locator(`main a[href*="${part}"]`).first().getAttribute('href')
  await page.goto(new URL(href ?? '', page.url()).href)
}
const inOrder =
  (...steps: readonly ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const step of steps) await step(page)
  }

/** Every screen, in the states that can be reached by hand. */
export const screens: readonly Screen[] = [
  { name: 'sign-in', path: '/sign-in', as: 'nobody' },
  {
    name: 'sign-in-wrong',
    path: '/sign-in',
    as: 'nobody',
    prepare: async (page) => {
      await page.getByLabel('Email').fill('nobody@example.com')
      await page.getByLabel('Password', { exact: true }).fill('not the password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').getByText(/./).first().waitFor()
    },
  },
  { name: 'setup-spent', path: '/setup/unknown', as: 'nobody' },
  { name: 'invite-spent', path: '/invite/unknown', as: 'nobody' },
  { name: 'invite', path: '/invite/{invite}', as: 'nobody' },
  { name: 'reset', path: '/reset/{reset}', as: 'nobody' },
  { name: 'reset-spent', path: '/reset/unknown', as: 'nobody' },
  { name: 'not-found', path: '/no/such/place', as: 'nobody' },
  { name: 'new-organization', path: '/new' },
  { name: 'new-organization-faults', path: '/new', prepare: button('Create organization') },
  { name: 'get-started', path: '/{tenant}/get-started' },
  { name: 'overview', path: '/{tenant}?range=1h', isFullPage: true },
  { name: 'overview-latency', path: '/{tenant}', prepare: tab('Latency') },
  { name: 'overview-table', path: '/{tenant}', prepare: button('View as table') },
  { name: 'overview-day', path: '/{tenant}?range=24h' },
  { name: 'overview-none', path: '/{tenant}?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z' },
  { name: 'events', path: '/{tenant}/events' },
  { name: 'events-rejected', path: '/{tenant}/events?outcome=rejected' },
  { name: 'events-none', path: '/{tenant}/events?q=type:nobody.sends.this' },
  { name: 'events-fault', path: '/{tenant}/events?q=status:abc' },
  {
    name: 'events-live',
    path: '/{tenant}/events?live=1',
    prepare: (page) => page.getByText(/^[1-9][\d.]*\/s$/).waitFor(),
  },
  { name: 'events-panel', path: '/{tenant}/events?outcome=accepted', prepare: firstRow },
  {
    name: 'events-body-failed',
    path: '/{tenant}/events?outcome=accepted',
    prepare: async (page) => {
      await page.route('**/body?*', (route) => route.abort())
      await firstRow(page)
    },
  },
  { name: 'events-filters', path: '/{tenant}/events', prepare: button(/^(Outcome|Filters)/) },
  { name: 'events-columns', path: '/{tenant}/events', prepare: button(/^(Columns|Filters)/) },
  { name: 'events-export', path: '/{tenant}/events', prepare: button('Export…') },
  { name: 'events-test', path: '/{tenant}/events', prepare: button('Send test event…') },
  { name: 'event', path: '/{tenant}/events?outcome=accepted', prepare: firstLink('/events/') },
  {
    name: 'event-timeline',
    path: '/{tenant}/events?outcome=accepted',
    prepare: inOrder(firstLink('/events/'), tab('Timeline')),
  },
  ...['Envelope', 'Headers', 'Raw', 'cURL'].map((part) => ({
    name: `event-${part.toLowerCase()}`,
    path: '/{tenant}/events?outcome=accepted',
    prepare: inOrder(firstLink('/events/'), tab(part)),
  })),
  {
    name: 'event-items',
    path: '/{tenant}/events?type=stock.changed',
    prepare: async (page) => {
      await firstLink('/events/')(page)
      const request = await page
        .locator('code')
        .filter({ hasText: /^[0-9a-f-]{36}\.\d+$/ })
        .first()
        .textContent()
      await page.goto(new URL(`${(request ?? '').split('.')[0]}`, page.url()).href)
    },
  },
  { name: 'event-rejected', path: '/{tenant}/events?outcome=rejected', prepare: firstLink('/events/') },
  { name: 'event-duplicate', path: '/{tenant}/events?outcome=duplicate', prepare: firstLink('/events/') },
  { name: 'event-unknown', path: '/{tenant}/events/7c1e9b52-0d4f-8a31-9b6e-2f5d8c40a7e1' },
  { name: 'sources', path: '/{tenant}/sources' },
  { name: 'sources-none', path: '/{tenant}/sources?q=zzzz' },
  { name: 'sources-new', path: '/{tenant}/sources/new' },
  { name: 'sources-connect', path: '/{tenant}/sources/new?provider=stripe' },
  { name: 'source', path: '/{tenant}/sources', prepare: firstLink('/sources/0') },
  { name: 'source-test', path: '/{tenant}/sources', prepare: inOrder(firstLink('/sources/0'), link('Test again')) },
  ...['settings', 'secrets', 'handshake', 'danger'].map((name) => ({
    name: `source-${name}`,
    path: '/{tenant}/sources',
    prepare: inOrder(firstLink('/sources/0'), tab(new RegExp(`^${name}`, 'i'))),
  })),
  { name: 'keys', path: '/{tenant}/keys' },
  { name: 'keys-none', path: '/{tenant}/keys?q=zzzz' },
  { name: 'keys-create', path: '/{tenant}/keys', prepare: button('Create key…') },
  {
    name: 'keys-create-faults',
    path: '/{tenant}/keys',
    prepare: inOrder(button('Create key…'), (page) =>
      page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click(),
    ),
  },
  { name: 'keys-menu', path: '/{tenant}/keys', prepare: button(/^Actions for/) },
  { name: 'keys-rotate', path: '/{tenant}/keys', prepare: menu('orders-service', 'Rotate…') },
  { name: 'keys-revoke', path: '/{tenant}/keys', prepare: menu('orders-service', 'Revoke…') },
  { name: 'keys-edit', path: '/{tenant}/keys', prepare: menu('orders-service', 'Edit…') },
  {
    name: 'keys-shown-once',
    path: '/{tenant}/keys',
    prepare: async (page) => {
      await button('Create key…')(page)
      await page.getByLabel('Name', { exact: true }).fill(`prod-backend ${Date.now() % 100_000}`)
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
      await page.getByLabel('API key', { exact: true }).waitFor()
    },
  },
  { name: 'key', path: '/{tenant}/keys?q=orders', prepare: firstLink('/keys/') },
  { name: 'members', path: '/{tenant}/members' },
  { name: 'members-invites', path: '/{tenant}/members?tab=invites' },
  { name: 'members-invite', path: '/{tenant}/members', prepare: button('Invite…') },
  { name: 'members-remove', path: '/{tenant}/members', prepare: menu('Vera Lind', 'Remove…') },
  { name: 'audit', path: '/{tenant}/audit' },
  {
    name: 'audit-entry',
    path: '/{tenant}/audit',
    prepare: (page) =>
      page.getByText('key.created').or(page.getByText('created the key')).filter({ visible: true }).first().click(),
  },
  ...['account', 'general', 'ingestion', 'security', 'export'].map((section) => ({
    name: `settings-${section}`,
    path: `/{tenant}/settings/${section}`,
  })),
  {
    name: 'settings-unsaved',
    path: '/{tenant}/settings/general',
    prepare: (page) => page.getByLabel('Name').fill('Acme Shipping'),
  },
  {
    name: 'palette',
    path: '/{tenant}/keys',
    prepare: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').waitFor()
      await page.keyboard.type('or')
      await page.getByRole('option').first().waitFor()
    },
  },
  { name: 'shortcuts', path: '/{tenant}/audit', prepare: (page) => page.keyboard.press('Shift+?') },
  { name: 'forbidden', path: '/{tenant}/audit', as: 'viewer' },
  { name: 'keys-viewer', path: '/{tenant}/keys', as: 'viewer' },
  { name: 'kit', path: '/dev/kit', as: 'nobody', isFullPage: true, hasSkeletons: true },
]

/** Those that `docs/console.md` shows, in light; at a width that fits a page. */
export const documented: readonly string[] = [
  'get-started',
  'overview',
  'events',
  'events-live',
  'events-panel',
  'event-rejected',
  'sources',
  'sources-new',
  'source',
  'keys',
  'key',
  'members',
  'audit',
  'settings-account',
  'settings-ingestion',
]
