import { connect, type Database, invites, type Role, users } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import type { TenantId } from '@eventmesh/envelope'
import { type Browser, type BrowserContext, test as base, type Cookie, expect, type Page } from '@playwright/test'
import { cleanUp, type Mesh, startMesh, stopMesh } from '../harness/mesh.ts'
import { until } from '../harness/processes.ts'

export const password = 'four quiet lanterns'
export const owner = 'ana@example.com'

export type House = {
  readonly mesh: Mesh & { readonly consoleUrl: string; readonly setupUrl: string }
  /** As the console's own login. */
  readonly db: Database
  readonly slug: string
}

type Worker = {
  readonly house: House
  /** What `npm start` is given besides. */
  readonly variables: Readonly<Record<string, string>>
}

/** Everything runs once per worker, with an organization whose owner signed up by the setup link. */
export const test = base.extend<{ readonly quiet: undefined }, Worker>({
  variables: [{}, { scope: 'worker', option: true }],
  house: [
    async ({ browser, variables }, use) => {
      const mesh = (await startMesh({ args: [], environment: variables })) as House['mesh']
      const house = await furnish(mesh, browser)
      await use(house)
      await house.db.close()
      await stopMesh(mesh)
      await cleanUp()
    },
    { scope: 'worker', timeout: 360_000 },
  ],

  /** Every test fails on a fault in the browser's console, a policy violation or a request to somewhere else. */
  quiet: [
    async ({ context, house }, use) => {
      const faults: string[] = []
      context.on('weberror', (error) => faults.push(error.error().message))
      context.on('console', (message) => {
        // What a status says is asserted by the test that causes it.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          faults.push(message.text())
      })
      context.on('request', (request) => {
        const url = new URL(request.url())
        if (url.protocol.startsWith('http') && url.origin !== house.mesh.consoleUrl)
          faults.push(`request to ${url.origin}`)
      })
      await use(undefined)
      expect(faults).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** Waits for the console and signs its owner up, where that has not happened. */
export async function furnish(mesh: House['mesh'], browser: Browser): Promise<House> {
  await until(
    'the console',
    240_000,
    async () => (await fetch(`${mesh.consoleUrl}/readyz`).catch(() => undefined))?.ok === true,
  )
  const urls = await joinEmbedded(mesh.dataDir)
  if (urls === undefined) throw new Error('the embedded server is gone')
  const db = connect({
    url: urls.console,
    role: 'console',
    max: 4,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'e2e',
  })
  const slug = 'acme'
  if ((await users.findByEmail(db, owner)) === undefined) {
    const context = await browser.newContext()
    await setUp(await context.newPage(), mesh.setupUrl, { email: owner, name: 'Acme', slug })
    await context.close()
  }
  return { mesh, db, slug }
}

export async function setUp(
  page: Page,
  setupUrl: string,
  given: { readonly email: string; readonly name: string; readonly slug: string },
): Promise<void> {
  await page.goto(setupUrl)
  await page.getByLabel('Email').fill(given.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Organization name').fill(given.name)
  await page.getByLabel('Address').fill(given.slug)
  await page.getByRole('button', { name: 'Create organization' }).click()
  await page.waitForURL(`**/${given.slug}/get-started`)
}

/** The owner signs in once per house; later tests come with that session for as long as it is good. */
const ownersSession = new WeakMap<House, readonly Cookie[]>()

export async function signIn(page: Page, house: House, email = owner, next = '/'): Promise<void> {
  const held = email === owner ? ownersSession.get(house) : undefined
  if (held === undefined || !(await comesWith(held, page, house, next))) await enter(page, house, email, next)
  if (email === owner) ownersSession.set(house, await page.context().cookies())
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await untilListens(page)
}

/** A page is drawn before it listens: what is pressed in between, faster than any hand, is lost. */
export async function untilListens(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    const heading = document.querySelector('h1')
    if (heading === null || !Object.keys(heading).some((name) => name.startsWith('__reactFiber$'))) return false
    // Effects come after the frame in which React took over.
    for (const _ of [1, 2]) await new Promise((resolve) => requestAnimationFrame(resolve))
    return true
  })
}

async function comesWith(held: readonly Cookie[], page: Page, { mesh }: House, next: string): Promise<boolean> {
  await page.context().addCookies([...held])
  await page.goto(`${mesh.consoleUrl}${next}`)
  return !new URL(page.url()).pathname.startsWith('/sign-in')
}

/** By the form, whatever session there was before. */
export async function enter(page: Page, { mesh }: House, email: string, next: string): Promise<void> {
  await page.goto(`${mesh.consoleUrl}/sign-in?next=${encodeURIComponent(next)}`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/** A new person with this role, signed in on the page. */
export async function join(
  page: Page,
  { db, mesh, slug }: House,
  email: string,
  role: Role,
  name?: string,
): Promise<void> {
  const by = { kind: 'operator', name: owner } as const
  const invited = await invites.create(db, { tenantId: mesh.tenantId as TenantId, email, role }, by)
  if (!invited.ok) throw new Error(invited.detail)
  await page.goto(`${mesh.consoleUrl}/invite/${invited.token}`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  if (name !== undefined) await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Join organization' }).click()
  await page.waitForURL((url) => url.pathname.startsWith(`/${slug}`))
}

/** Whom row-level security does not bind. */
export async function superuserOf({ mesh }: House): Promise<Database> {
  const urls = await joinEmbedded(mesh.dataDir)
  if (urls === undefined) throw new Error('the embedded server is gone')
  // It holds a lock for as long as a test looks at a page.
  const limits = { acquireTimeoutMs: 10_000, statementTimeoutMs: 30_000, idleInTransactionTimeoutMs: 0 }
  return connect({ url: urls.superuser, max: 4, applicationName: 'e2e', ...limits })
}

/** While this runs, nobody reads the table: whoever asks for it waits, or gives up. */
export async function whileLocked(house: House, table: string, run: () => Promise<void>): Promise<void> {
  const superuser = await superuserOf(house)
  try {
    await superuser.transaction(async (tx) => {
      await tx.sql.unsafe(`lock table ${table} in access exclusive mode`)
      await run()
    })
  } finally {
    await superuser.close()
  }
}

/** What this puts into the clipboard. */
export async function copied(page: Page, copy: () => Promise<void>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''))
  await copy()
  const read = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(read).not.toBe('')
  return await read()
}

export async function sessionCookie(context: BrowserContext): Promise<string> {
  const found = (await context.cookies()).find(({ name }) => name.endsWith('em_session'))
  if (found === undefined) throw new Error('there is no session cookie')
  return found.value
}

/** Sends one event with the key that `npm start` made; answers ingest's own answer. */
export async function send(
  { mesh }: House,
  event: Readonly<Record<string, unknown>>,
  key = mesh.apiKey,
): Promise<{
  readonly status: number
  readonly event_id: string
  readonly request_id: string
  readonly code?: string
}> {
  const response = await fetch(`${mesh.ingestUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  })
  return { ...((await response.json()) as { event_id: string; request_id: string }), status: response.status }
}
