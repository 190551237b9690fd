import { createHash } from 'node:crypto'
import { members, sessions, tenants, users } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { enter, expect, type House, join, owner, send, sessionCookie, signIn, test, untilListens } from './fixtures.ts'

const hash = (text: string) => createHash('sha256').update(text).digest()

const pages = (slug: string) => ['', '/events', '/keys', '/audit', '/get-started'].map((path) => `/${slug}${path}`)
const reads = (slug: string, id: string) => [
  `/api/${slug}/events`,
  `/api/${slug}/events/${id}`,
  `/api/${slug}/events/${id}/body?part=payload`,
  `/api/${slug}/events/arrivals?after=0`,
]

test.describe('without a session', () => {
  test('pages lead to the sign-in, reads answer 401, whatever the headers claim', async ({ request, house }) => {
    const { request_id } = await send(house, { event_type: 'access.canary', payload: { canary: 'orchid-7731' } })
    const claims = [
      {},
      { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
      { 'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy:src/proxy:src/proxy', 'x-eventmesh-path': '/' },
      { rsc: '1' },
      { rsc: '1', 'next-router-prefetch': '1' },
      { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
    ]
    for (const headers of claims) {
      for (const path of pages(house.slug)) {
        const response = await request.get(house.mesh.consoleUrl + path, { headers, maxRedirects: 0 })
        const body = await response.text()
        expect([302, 303, 307, 404], `${path} ${JSON.stringify(headers)}`).toContain(response.status())
        expect(body).not.toContain('orchid-7731')
        expect(body).not.toContain(owner)
      }
      for (const path of reads(house.slug, request_id)) {
        const response = await request.get(house.mesh.consoleUrl + path, { headers })
        expect(response.status(), path).toBe(401)
        expect(response.headers()['content-type']).toContain('application/problem+json')
      }
    }
  })
})

test.describe('somebody of another organization', () => {
  test('finds every page and read of this one as absent as one that does not exist', async ({
    page,
    request,
    house,
  }) => {
    const { request_id } = await send(house, { event_type: 'access.canary', payload: { canary: 'orchid-7732' } })
    const other = await stranger(house)
    await signIn(page, house, other)
    // The positive control: its owner's own session finds the canary.
    for (const path of pages(house.slug)) {
      const foreign = await page.request.get(house.mesh.consoleUrl + path)
      expect(foreign.status(), path).toBe(404)
      expect(await foreign.text()).not.toContain('orchid-7732')
    }
    expect((await page.request.get(`${house.mesh.consoleUrl}/no-such-place`)).status()).toBe(404)
    for (const path of reads(house.slug, request_id)) {
      expect((await page.request.get(house.mesh.consoleUrl + path)).status(), path).toBe(404)
    }
    // Another organization's id under one's own slug.
    const own = await page.request.get(`${house.mesh.consoleUrl}/api/strangers/events/${request_id}`)
    expect(own.status()).toBe(404)
    void request
  })

  test('while its own members find it', async ({ page, house }) => {
    const { request_id } = await send(house, { event_type: 'access.canary', payload: { canary: 'orchid-7733' } })
    await signIn(page, house)
    await expect
      .poll(
        async () =>
          await (await page.request.get(`${house.mesh.consoleUrl}/api/${house.slug}/events/${request_id}/body`)).text(),
      )
      .toContain('orchid-7733')
  })
})

test.describe('roles', () => {
  test('show a viewer everything but the audit log and what it may not change', async ({ page, house }) => {
    await join(page, house, 'vera@example.com', 'viewer')
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/audit`)
    await expect(page.getByText('You need the admin role to see the audit log.')).toBeVisible()
    await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0)
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/keys`)
    const create = page.getByRole('button', { name: 'Create key…' }).first()
    await expect(create).toHaveAttribute('aria-disabled', 'true')
    await untilListens(page)
    await page.keyboard.press('n')
    await expect(create).toBeFocused()
    await expect(page.locator('[data-tooltip-popup]')).toContainText('Your role cannot change test keys')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/get-started`)
    await expect(page.getByText('Ask a developer for a key.')).toBeVisible()
  })

  test('let a developer make test keys and no live ones', async ({ page, house }) => {
    await join(page, house, 'dev@example.com', 'developer')
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/keys`)
    await page.getByRole('button', { name: 'Create key…' }).first().click()
    const live = page.getByRole('radio', { name: /Live/ })
    await expect(live).toBeDisabled()
    // It can be reached, so that why it is off is read out; it cannot be chosen.
    await live.focus()
    await page.keyboard.press('Space')
    await expect(live).toBeFocused()
    await expect(page.getByRole('radio', { name: /Test/ })).toBeChecked()
    await page.getByLabel('Name', { exact: true }).fill('dev-test')
    await page.getByRole('button', { name: 'Create key', exact: true }).click()
    await expect(page.getByLabel('API key', { exact: true })).toHaveText(/^em_test_/)
  })

  test('exchange the session id when they change, and the old one is refused after its grace', async ({
    page,
    context,
    house,
  }) => {
    await join(page, house, 'riser@example.com', 'viewer')
    const before = await sessionCookie(context)
    const user = await users.findByEmail(house.db, 'riser@example.com')
    const by = { kind: 'operator', name: 'operator' } as const
    await members.setRole(house.db, { tenantId: house.mesh.tenantId as TenantId, userId: user!.id, role: 'admin' }, by)
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/audit`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit log')
    expect(page.url()).toContain('/audit')
    expect(await sessionCookie(context)).not.toBe(before)
    await expect.poll(async () => await sessions.find(house.db, hash(before)), { timeout: 15_000 }).toBeUndefined()
  })
})

test.describe('a session', () => {
  test('has a new id at each sign-in, keeps only its hash, and ends on the server', async ({
    page,
    context,
    house,
  }) => {
    const planted = 'a'.repeat(52)
    const url = house.mesh.consoleUrl
    await context.addCookies([{ name: 'em_session', value: planted, url, httpOnly: true, sameSite: 'Lax' }])
    await signIn(page, house)
    const id = await sessionCookie(context)
    expect(id).not.toBe(planted)
    expect(id.length).toBeGreaterThanOrEqual(32)
    const stored = await house.db.sql`select encode(hash, 'escape') as text, hash from session`
    expect(JSON.stringify(stored)).not.toContain(id)
    expect(await sessions.find(house.db, hash(id))).toMatchObject({ email: owner })

    await page.goto(`${url}/${house.slug}/keys`)
    await page.getByRole('button', { name: `Account ${owner}` }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    expect(await sessions.find(house.db, hash(id))).toBeUndefined()
    const replayed = await fetch(`${url}/api/${house.slug}/events`, { headers: { cookie: `em_session=${id}` } })
    expect(replayed.status).toBe(401)
  })

  test('that was revoked ends with the next click', async ({ page, context, house }) => {
    await signIn(page, house, undefined, `/${house.slug}/keys`)
    await sessions.remove(house.db, hash(await sessionCookie(context)))
    await page.getByRole('link', { name: 'Events' }).click()
    await page.waitForURL('**/sign-in?next=*')
  })

  test('never leads to another site', async ({ page, house }) => {
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example']) {
      await page.context().clearCookies()
      await enter(page, house, owner, next)
      expect(new URL(page.url()).origin).toBe(house.mesh.consoleUrl)
    }
  })
})

test.describe('signing in', () => {
  test('says the same of an unknown person and of a wrong password, then slows down', async ({ page, house }) => {
    await page.goto(`${house.mesh.consoleUrl}/sign-in`)
    const attempt = async (email: string) => {
      await page.getByLabel('Email').fill(email)
      await page.getByLabel('Password', { exact: true }).fill('not this one at all')
      await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.getByRole('button', { name: 'Sign in' }).click(),
      ])
      await expect(page.getByRole('button', { name: 'Sign in' })).not.toHaveAttribute('aria-disabled', 'true')
      await expect(page.getByRole('alert').filter({ hasText: /./ })).toBeVisible()
      return await page.getByRole('alert').filter({ hasText: /./ }).textContent()
    }
    const unknown = (await attempt('nobody@example.com'))?.split('Request')[0]
    const wrong = (await attempt('throttled@example.com'))?.split('Request')[0]
    expect(unknown).toBe('Email or password is wrong.')
    expect(wrong).toBe(unknown)
    // The first waits are short, and may be over before a slow machine tries again.
    let said: string | null = wrong ?? null
    for (let n = 0; n < 20 && !said?.includes('Too many'); n += 1) said = await attempt('throttled@example.com')
    expect(said).toMatch(/Too many attempts\. Try again in \d+ s/)
  })
})

test.describe('an action', () => {
  test('is refused from another site before anything else', async ({ page, house }) => {
    await signIn(page, house, undefined, `/${house.slug}/keys`)
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST' && request.headers()['next-action'] !== undefined),
      (async () => {
        await page.getByRole('button', { name: 'Create key…' }).first().click()
        await page.getByLabel('Name', { exact: true }).fill('cross-site')
        await page.getByRole('button', { name: 'Create key', exact: true }).click()
      })(),
    ])
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const replay = (headers: Record<string, string>) =>
      fetch(sent.url(), {
        method: 'POST',
        body: sent.postData()!.replace('cross-site', `cross-${crypto.randomUUID().slice(0, 8)}`),
        headers: {
          cookie,
          'content-type': sent.headers()['content-type']!,
          'next-action': sent.headers()['next-action']!,
          accept: 'text/x-component',
          ...headers,
        },
      }).then((response) => response.text())
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      expect(await replay(headers as Record<string, string>)).toContain('cross_site')
    }
    expect(await replay({ 'sec-fetch-site': 'same-origin' })).not.toContain('cross_site')
  })
})

test('every answer carries its protection', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  const response = await page.request.get(`${house.mesh.consoleUrl}/${house.slug}/keys`)
  const headers = response.headers()
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic'/)
  expect(policy).not.toMatch(/script-src[^;]*unsafe/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(headers).toMatchObject({
    'cache-control': expect.stringContaining('no-store'),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  expect(headers['strict-transport-security']).toContain('max-age=')
  expect(headers['x-powered-by']).toBeUndefined()
  expect(
    (await page.request.get(`${house.mesh.consoleUrl}/_next/image?url=%2Ficon.svg&w=64&q=75`)).status(),
  ).toBeGreaterThanOrEqual(400)
})

test('the kit is a page like any that does not exist, unless it was asked for', async ({ page, house }) => {
  const answers = []
  for (const path of ['/dev/kit', '/dev/nothing']) {
    const response = await page.goto(house.mesh.consoleUrl + path)
    answers.push([response?.status(), await page.title(), await page.locator('main').textContent()])
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]?.[0]).toBe(404)
})

/** The owner of an organization of their own; their address. */
async function stranger({ db }: House): Promise<string> {
  const email = 'stranger@example.com'
  const mine = await db.transaction(async (tx) => {
    const [row] = await tx.sql<{ password_hash: string }[]>`
      select password_hash from credential c join user_account u on u.id = c.user_id where u.email = ${owner}`
    return await users.createUser(tx, { email, passwordHash: row!.password_hash })
  })
  const by = { kind: 'user', id: mine!.id, name: email } as const
  const made = await members.createOrganization(db, { slug: 'strangers', name: 'Strangers', owner: mine!.id }, by)
  if (!made.ok) throw new Error(made.detail)
  expect(tenants.reservedSlugs.has('strangers')).toBe(false)
  return email
}
