import { type Capability, can, type Role, roles } from '@eventmesh/db'
import type { APIRequestContext, Page, Request } from '@playwright/test'
import { expect, owner, send, sessionCookie, signIn, test } from './fixtures.ts'
import { browserOf, type Organization, organization } from './organization.ts'

const screens: readonly (readonly [path: string, needs: Capability])[] = [
  ['', 'events.read'],
  ['/events', 'events.read'],
  ['/sources', 'sources.read'],
  ['/keys', 'keys.read'],
  ['/members', 'members.read'],
  ['/audit', 'audit.read'],
  ['/settings/account', 'events.read'],
  ['/settings/general', 'settings.read'],
  ['/settings/ingestion', 'settings.read'],
  ['/settings/security', 'settings.read'],
  ['/settings/export', 'settings.read'],
  ['/get-started', 'events.read'],
]

const reads = (id: string): readonly (readonly [path: string, needs: Capability])[] => [
  ['/events', 'events.read'],
  ['/events/facets', 'events.read'],
  [`/events/${id}`, 'events.read'],
  [`/events/${id}/body?part=payload`, 'payload.read'],
  ['/events/arrivals?after=0', 'events.read'],
  ['/export?format=ndjson', 'events.export'],
  ['/search?q=a', 'keys.read'],
  ['/configuration', 'settings.read'],
]

const canary = 'plover-9125'

test.describe('each role', () => {
  let house: Organization
  const people = new Map<Role, string>()

  test.beforeAll(async ({ house: mesh }) => {
    house = await organization(mesh, 'matrix')
    people.set('owner', house.ownerEmail)
    for (const role of ['admin', 'developer', 'viewer'] as const) people.set(role, await house.member(role, role))
  })

  for (const role of roles) {
    test(`opens what a ${role} may and is told what it lacks`, async ({ page, house: mesh }) => {
      test.setTimeout(120_000)
      await signIn(page, mesh, people.get(role), `/${house.slug}/keys`)
      const url = mesh.mesh.consoleUrl
      for (const [path, needs] of screens) {
        await page.goto(`${url}/${house.slug}${path}`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.getByText(/^You need the \w+ role to /), path).toHaveCount(can(role, needs) ? 0 : 1)
      }
      for (const [path, needs] of reads('00000000-0000-7000-8000-000000000000')) {
        const status = (await page.request.get(`${url}/api/${house.slug}${path}`)).status()
        if (can(role, needs)) expect([200, 404], path).toContain(status)
        else expect(status, path).toBe(403)
        if (role !== 'owner') continue
        const more = await page.request.get(
          `${url}/api/${house.slug}${path}${path.includes('?') ? '&' : '?'}colour=blue`,
        )
        expect(more.headers()['content-type'], path).toBe('application/problem+json')
        expect(await more.json(), path).toMatchObject({ status: 400, code: 'unknown_parameter' })
      }
    })
  }

  test('sends its actions under its own rights, whatever page they were taken from', async ({
    browser,
    page,
    house: mesh,
  }) => {
    test.setTimeout(180_000)
    await signIn(page, mesh, house.ownerEmail, `/${house.slug}/members`)
    const sent: (readonly [name: string, request: Request, needs: Capability])[] = []
    const viewer = people.get('viewer') ?? ''
    sent.push([
      'invite',
      await captured(page, async () => {
        await page.getByRole('button', { name: 'Invite…' }).first().click()
        await page.getByLabel('Email addresses').fill('captured@matrix.example')
        await page.getByRole('button', { name: 'Make invite links' }).click()
      }),
      'members.write',
    ])
    await page.getByRole('button', { name: 'Done' }).click()
    sent.push([
      'sign out everywhere',
      await captured(page, async () => {
        await page
          .getByRole('button', { name: `Actions for ${viewer}` })
          .first()
          .click()
        await page.getByRole('menuitem', { name: 'Sign out everywhere…' }).click()
        await page.getByRole('button', { name: 'Sign out everywhere' }).click()
      }),
      'members.write',
    ])
    await page.goto(`${mesh.mesh.consoleUrl}/${house.slug}/settings/security`)
    await page.getByLabel('API keys live at most').fill('3650')
    sent.push([
      'settings',
      await captured(page, () => page.getByRole('button', { name: 'Save changes' }).click()),
      'settings.write',
    ])
    await page.goto(`${mesh.mesh.consoleUrl}/${house.slug}/keys`)
    sent.push([
      'live key',
      await captured(page, async () => {
        await page.getByRole('button', { name: 'Create key…' }).first().click()
        await page.getByLabel('Name', { exact: true }).fill('captured')
        await page.getByRole('combobox', { name: 'Expires' }).click()
        await page.getByRole('option', { name: /30 days/ }).click()
        await page.getByRole('button', { name: 'Create key', exact: true }).click()
      }),
      'keys.write.live',
    ])

    const outsider = await organization(mesh, 'outside')
    const cases: readonly (readonly [who: string, email: string, role: Role | undefined])[] = [
      ...roles.map((role) => [role, people.get(role) ?? '', role] as const),
      ['stranger', outsider.ownerEmail, undefined],
    ]
    for (const [who, email, role] of cases) {
      const theirs = await browserOf(browser, mesh, email, '/')
      const cookie = `em_session=${await sessionCookie(theirs.context)}`
      for (const [name, request, needs] of sent) {
        const answer = await replayed(request, cookie)
        if (role === undefined) expect(answer, `${who}: ${name}`).toContain('"not_found"')
        else if (can(role, needs)) expect(answer, `${who}: ${name}`).not.toContain('"forbidden"')
        else expect(answer, `${who}: ${name}`).toContain('"forbidden"')
      }
      await theirs.context.close()
    }
    for (const [name, request] of sent) expect(await replayed(request, ''), name).toContain('"signed_out"')
  })
})

test('nothing of an organization is to be had from outside, by whatever door', async ({ browser, page, house }) => {
  test.setTimeout(120_000)
  const { request_id } = await send(house, { event_type: 'roles.canary', payload: { canary } })
  const url = house.mesh.consoleUrl
  await signIn(page, house, owner, `/${house.slug}/events`)
  const read = async (from: APIRequestContext, path: string, headers = {}) =>
    await (await from.get(url + path, { headers, maxRedirects: 0 })).text()
  const body = `/api/${house.slug}/events/${request_id}/body`
  // The positive control: its own member finds it by the same request.
  await expect.poll(() => read(page.request, body)).toContain(canary)

  const outsider = await organization(house, 'outsider')
  const theirs = await browserOf(browser, house, outsider.ownerEmail, '/')
  const nobody = await browser.newContext()
  const doors = [
    {},
    { rsc: '1' },
    { rsc: '1', 'next-router-prefetch': '1' },
    { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
    { 'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy:src/proxy:src/proxy' },
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  ]
  const paths = [
    ...screens.map(([path]) => `/${house.slug}${path}`),
    ...reads(request_id).map(([path]) => `/api/${house.slug}${path}`),
    // Another organization's ids under one's own name.
    `/${outsider.slug}/events/${request_id}`,
    `/api/${outsider.slug}/events/${request_id}/body`,
    `/api/${outsider.slug}/events?q=${request_id}`,
  ]
  for (const path of paths) {
    for (const door of doors) {
      for (const from of [theirs.context.request, nobody.request]) {
        const answer = await read(from, path, door)
        expect(answer, `${path} ${JSON.stringify(door)}`).not.toContain(canary)
        expect(answer, `${path} ${JSON.stringify(door)}`).not.toContain(owner)
      }
    }
  }
  await theirs.context.close()
  await nobody.close()
})

/** The first action that the page sends while this is done. */
async function captured(page: Page, act: () => Promise<void>): Promise<Request> {
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.method() === 'POST' && each.headers()['next-action'] !== undefined),
    act(),
  ])
  // Its head comes once it is done. The body may never: the page drops it where it is drawn anew meanwhile.
  await request.response()
  return request
}

async function replayed(request: Request, cookie: string): Promise<string> {
  const headers = request.headers()
  const response = await fetch(request.url(), {
    method: 'POST',
    body: request.postData(),
    headers: {
      cookie,
      'content-type': headers['content-type'] ?? '',
      'next-action': headers['next-action'] ?? '',
      accept: 'text/x-component',
      'sec-fetch-site': 'same-origin',
    },
  })
  return await response.text()
}
