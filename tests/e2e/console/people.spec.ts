import { invites, keys, members, users } from '@eventmesh/db'
import { violations } from './axe.ts'
import { copied, expect, join, owner, password, sessionCookie, signIn, test } from './fixtures.ts'
import { ageSessions, browserOf, endSessionsIn, organization } from './organization.ts'

test('invites several at once, each by a link that lets that address in, once', async ({ browser, page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'inviting')
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await expect(page.getByText('Only you so far.')).toBeVisible()
  await page.getByRole('button', { name: 'Invite…' }).first().click()
  await page.getByLabel('Email addresses').fill('one@invited.example\nno address')
  await page.getByRole('button', { name: 'Make invite links' }).click()
  await expect(page.getByText('Line 2: “no” is not an email address.')).toBeVisible()
  await page.getByLabel('Email addresses').fill(`one@invited.example\ntwo@invited.example\n${ownerEmail}`)
  await page.getByRole('radio', { name: /Viewer/ }).click()
  await page.getByRole('button', { name: 'Make invite links' }).click()
  await expect(page.getByText(`${ownerEmail} is a member already`)).toBeVisible()
  const link = await copied(page, () => page.getByRole('button', { name: 'Copy link for one@invited.example' }).click())
  expect(link).toContain(`${house.mesh.consoleUrl}/invite/`)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(await page.content()).not.toContain(link)

  const guest = await browser.newContext()
  const visit = await guest.newPage()
  await visit.goto(link)
  await visit.getByLabel('Password', { exact: true }).fill(password)
  await visit.getByRole('button', { name: 'Join organization' }).click()
  await visit.waitForURL(`**/${slug}**`)
  await visit.goto(link)
  await expect(visit.getByText('This link was already used.')).toBeVisible()
  await guest.close()

  await page.reload()
  await expect(page.getByRole('row', { name: /one@invited\.example/ })).toContainText('Viewer')
  await page.getByRole('link', { name: 'Invites 1' }).click()
  await page.getByRole('button', { name: 'Actions for two@invited.example' }).first().click()
  await page.getByRole('menuitem', { name: 'Renew link…' }).click()
  await page.getByRole('button', { name: 'New invite link' }).click()
  await expect(page.getByRole('button', { name: 'Copy link for two@invited.example' }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Actions for two@invited.example' }).first().click()
  await page.getByRole('menuitem', { name: 'Revoke…' }).click()
  await page.getByRole('button', { name: 'Revoke invite' }).click()
  await expect(page.getByText('No open invites')).toBeVisible()
})

test('calls people by the name they gave, with the address beside it, and shows what it holds as text', async ({
  browser,
  page,
  house,
}) => {
  const { slug, tenantId, ownerEmail } = await organization(house, 'called')
  const email = `bo@${slug}.example`
  const name = '<b onclick=alert(1)>Bo</b> Berg'
  const by = { kind: 'operator', name: ownerEmail } as const
  const invited = await invites.create(house.db, { tenantId, email, role: 'developer' }, by)
  if (!invited.ok) throw new Error(invited.detail)
  const context = await browser.newContext()
  const theirs = await context.newPage()
  await theirs.goto(`${house.mesh.consoleUrl}/invite/${invited.token}`)
  await theirs.getByLabel('Password', { exact: true }).fill(password)
  await theirs.getByLabel('Your name').fill('Bo\u202e Berg')
  await theirs.getByRole('button', { name: 'Join organization' }).click()
  await expect(theirs.getByText('A name has no control characters and no line breaks.')).toBeVisible()
  await expect(theirs.getByLabel('Your name')).toBeFocused()
  await theirs.getByLabel('Your name').fill(`  ${name} `)
  await theirs.getByRole('button', { name: 'Join organization' }).click()
  await theirs.waitForURL(`**/${slug}**`)
  const account = theirs.getByRole('button', { name: `Account ${name} (${email})` })
  await expect(account).toHaveText(name)

  await signIn(page, house, ownerEmail, `/${slug}/members`)
  const row = page.getByRole('row', { name: new RegExp(email) })
  await expect(row).toContainText(name)
  await expect(
    page.getByRole('row', { name: new RegExp(ownerEmail) }).getByText(ownerEmail, { exact: true }),
  ).toHaveCount(1)
  await expect(page.getByRole('combobox', { name: `Role of ${name} (${email})` })).toBeVisible()
  await row.getByRole('button', { name: `Actions for ${name} (${email})` }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await expect(page.getByRole('heading', { name: `Remove ${name} (${email})?` })).toBeVisible()
  await expect(page.getByLabel(`Type ${email} to confirm`)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.goto(`${house.mesh.consoleUrl}/${slug}/members?q=berg`)
  await expect(row).toBeVisible()
  await expect(page.getByRole('row', { name: new RegExp(ownerEmail) })).toHaveCount(0)

  await theirs.goto(`${house.mesh.consoleUrl}/${slug}/settings/account`)
  await expect(theirs.getByLabel('Your name')).toHaveValue(name)
  await theirs.getByLabel('Your name').fill('')
  await theirs.getByRole('button', { name: 'Save name' }).click()
  await expect(theirs.getByText('Saved', { exact: true })).toBeVisible()
  await expect(theirs.getByRole('button', { name: `Account ${email}` })).toHaveText(email)
  await context.close()
  await page.goto(`${house.mesh.consoleUrl}/${slug}/members`)
  await expect(row.getByText(email, { exact: true })).toHaveCount(1)
  await page.goto(`${house.mesh.consoleUrl}/${slug}/audit?action=member.renamed`)
  await expect(page.getByRole('row', { name: /member\.renamed/ })).toContainText(name)
})

test('applies a role at once; the other’s open page goes on under a new session id', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail, member } = await organization(house, 'raising')
  const email = await member('riser', 'developer')
  const theirs = await browserOf(browser, house, email, `/${slug}/keys`)
  const before = await sessionCookie(theirs.context)

  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page.getByRole('combobox', { name: `Role of ${email}` }).click()
  await page.getByRole('option', { name: 'Admin' }).click()
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Admin')
  await expect.poll(async () => (await house.db.sql`select from session where must_rotate`).length).toBeGreaterThan(0)

  // Their page was rendered before; what it sends now still works.
  await theirs.page.getByRole('button', { name: 'Create key…' }).first().click()
  await theirs.page.getByLabel('Name', { exact: true }).fill('after-the-change')
  await theirs.page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(theirs.page.getByLabel('API key', { exact: true })).toHaveText(/^em_test_/)
  expect(await sessionCookie(theirs.context)).not.toBe(before)
  await theirs.context.close()
})

test('a link that is clicked after the role changed leads where it should, under a new session id', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail, member } = await organization(house, 'clicking')
  const email = await member('clicker', 'viewer')
  const theirs = await browserOf(browser, house, email, `/${slug}/keys`)
  const before = await sessionCookie(theirs.context)
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page.getByRole('combobox', { name: `Role of ${email}` }).click()
  await page.getByRole('option', { name: 'Admin' }).click()
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Admin')
  await theirs.page.getByRole('link', { name: 'Events' }).click()
  await theirs.page.waitForURL(`**/${slug}/events`)
  await expect(theirs.page.getByRole('heading', { level: 1 })).toHaveText('Events')
  await expect(theirs.page.getByRole('link', { name: 'Audit log' })).toBeVisible()
  expect(await sessionCookie(theirs.context)).not.toBe(before)
  await theirs.context.close()
})

test('asks for the password before an owner is made, if it was entered long ago', async ({ page, house }) => {
  const { slug, ownerEmail, member } = await organization(house, 'crowning')
  const email = await member('heir', 'admin')
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await ageSessions(house, ownerEmail, 1)
  await page.getByRole('combobox', { name: `Role of ${email}` }).click()
  await page.getByRole('option', { name: 'Owner' }).click()
  await expect(page.getByRole('heading', { name: `Make ${email} an owner?` })).toBeVisible()
  await page.getByLabel('Your password', { exact: true }).fill('not my password')
  await page.getByRole('button', { name: 'Make owner' }).click()
  await expect(page.getByText('This is not your password.')).toBeVisible()
  await page.getByLabel('Your password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make owner' }).click()
  await expect(page.getByRole('combobox', { name: `Role of ${email}` })).toHaveText('Owner')
})

test('keeps the last owner: no other role, no removal, no leaving', async ({ page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'lasting')
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await expect(page.getByRole('row', { name: new RegExp(ownerEmail) })).toContainText('Owner')
  await expect(page.getByRole('combobox', { name: `Role of ${ownerEmail}` })).toHaveCount(0)
  await page
    .getByRole('button', { name: `Actions for ${ownerEmail}` })
    .first()
    .click()
  const leave = page.getByRole('menuitem', { name: /Leave organization…/ })
  await expect(leave).toHaveAttribute('aria-disabled', 'true')
  await expect(leave).toContainText('The last owner stays one')
})

test('removes a member with their keys, by the typed address', async ({ browser, page, house }) => {
  const { slug, ownerEmail, tenantId, member } = await organization(house, 'removing')
  const email = await member('goes', 'developer')
  const made = await keys.create(
    house.db,
    { tenantId, name: 'theirs', mode: 'test' },
    { kind: 'user', id: (await users.findByEmail(house.db, email))!.id, name: email },
  )
  if (!made.ok) throw new Error(made.detail)
  const theirs = await browserOf(browser, house, email, `/${slug}/events`)
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page
    .getByRole('button', { name: `Actions for ${email}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('theirs')
  await page.getByRole('radio', { name: /Revoke/ }).click()
  await expect(page.getByRole('button', { name: 'Remove member' })).toHaveAttribute('aria-disabled', 'true')
  await page.getByLabel(`Type ${email} to confirm`).fill(email)
  await page.getByRole('button', { name: 'Remove member' }).click()
  await expect(page.getByText('Only you so far.')).toBeVisible()
  expect((await keys.get(house.db, { tenantId, id: made.key.id }))?.status).toBe('revoked')
  const answer = await theirs.page.goto(`${house.mesh.consoleUrl}/${slug}/events`)
  expect(answer?.status()).toBe(404)
  await theirs.context.close()
})

test('gives a reset link, and signs a member out everywhere', async ({ browser, page, house }) => {
  const { slug, ownerEmail, member } = await organization(house, 'helping')
  const email = await member('lost', 'viewer')
  const theirs = await browserOf(browser, house, email, `/${slug}/events`)
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page
    .getByRole('button', { name: `Actions for ${email}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Sign out everywhere…' }).click()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
  await theirs.page.getByRole('link', { name: 'API keys' }).click()
  await theirs.page.waitForURL('**/sign-in?next=*')

  await page
    .getByRole('button', { name: `Actions for ${email}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Copy reset link…' }).click()
  await page.getByRole('button', { name: 'Make reset link' }).click()
  const link = await copied(page, () =>
    page
      .getByRole('button', { name: `Copy link for ${email}` })
      .first()
      .click(),
  )
  await theirs.page.goto(link)
  await theirs.page.getByLabel('New password', { exact: true }).fill('seven patient herons')
  await theirs.page.getByRole('button', { name: 'Set password' }).click()
  await theirs.page.waitForURL('**/sign-in')
  await theirs.context.close()
})

test('shows members to everybody, invites and changes only to who may', async ({ page, house }) => {
  const { slug, member } = await organization(house, 'reading')
  const email = await member('reader', 'developer')
  await signIn(page, house, email, `/${slug}/members?tab=invites`)
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Developer')
  await expect(page.getByRole('link', { name: /Invites/ })).toHaveCount(0)
  await expect(page.getByRole('combobox', { name: /Role of/ })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Invite…' }).first()).toHaveAttribute('aria-disabled', 'true')
  // Everybody may go.
  await page
    .getByRole('button', { name: `Actions for ${email}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Leave organization…' }).click()
  await page.getByLabel(`Type ${email} to confirm`).fill(email)
  await page.getByRole('button', { name: 'Leave organization' }).click()
  await page.waitForURL('**/new')
  const user = await users.findByEmail(house.db, email)
  expect(await members.membershipOf(house.db, slug, user!.id)).toBeUndefined()
})

test('signs in again over the page and keeps what was typed', async ({ page, context, house }) => {
  const { slug, ownerEmail } = await organization(house, 'returning')
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page.getByRole('button', { name: 'Invite…' }).first().click()
  await page.getByLabel('Email addresses').fill('kept@typed.example')
  await context.clearCookies()
  await page.getByRole('button', { name: 'Make invite links' }).click()
  const over = page.getByRole('dialog', { name: 'Sign in again' })
  await expect(over).toBeVisible()
  expect(await violations(page)).toEqual([])
  await over.getByLabel('Password', { exact: true }).fill('not my password')
  await over.getByRole('button', { name: 'Sign in again' }).click()
  await expect(over.getByText('This is not your password.')).toBeVisible()
  await over.getByLabel('Password', { exact: true }).fill(password)
  await over.getByRole('button', { name: 'Sign in again' }).click()
  await expect(over).toHaveCount(0)
  await expect(page.getByLabel('Email addresses')).toHaveValue('kept@typed.example')
  await page.getByRole('button', { name: 'Make invite links' }).click()
  await expect(page.getByRole('button', { name: 'Copy link for kept@typed.example' }).first()).toBeVisible()
})

test('announces the end of a session two minutes before, and lets it be put off without leaving the page', async ({
  page,
  house,
}) => {
  const { slug, ownerEmail } = await organization(house, 'ending')
  await signIn(page, house, ownerEmail, `/${slug}/keys`)
  const notice = page.getByText('Your session ends in 2 minutes.')
  // A session lives for 30 days, however much it is used.
  await endSessionsIn(house, ownerEmail, 125)
  await page.reload()
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('half-typed')
  await expect(notice).toHaveCount(0)
  await expect(notice).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Sign in again' }).click()
  const over = page.getByRole('dialog', { name: 'Sign in again' })
  await over.getByLabel('Password', { exact: true }).fill(password)
  await over.getByRole('button', { name: 'Sign in again' }).click()
  await expect(over).toHaveCount(0)
  await expect(notice).toHaveCount(0)
})

test('says that the console was updated when it no longer knows what a page sends, and keeps what was typed', async ({
  page,
  house,
}) => {
  const { slug, ownerEmail } = await organization(house, 'updating')
  await signIn(page, house, ownerEmail, `/${slug}/members`)
  await page.getByRole('button', { name: 'Invite…' }).first().click()
  await page.getByLabel('Email addresses').fill('kept@updated.example')
  // As a page asks that an older build made.
  await page.route('**/members', (route) => {
    const headers = route.request().headers()
    const action = headers['next-action']
    return route.continue(action === undefined ? {} : { headers: { ...headers, 'next-action': '0'.repeat(42) } })
  })
  await page.getByRole('button', { name: 'Make invite links' }).click()
  await expect(page.getByText('The console was updated. Reload the page and try again.')).toBeVisible()
  await expect(page.getByLabel('Email addresses')).toHaveValue('kept@updated.example')
  await page.keyboard.press('Escape')
  const banner = page.getByRole('status').filter({ hasText: 'The console was updated.' })
  await expect(banner).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.unroute('**/members')
  await banner.getByRole('button', { name: 'Reload' }).click()
  await expect(banner).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Members')
})

test('loses nothing that is typed before the palette is there', async ({ page, house }) => {
  await signIn(page, house, owner, `/${house.slug}/members`)
  await expect(page.getByRole('button', { name: 'Invite…' }).first()).toBeVisible()
  const held: (() => void)[] = []
  let isHeld = true
  await page.route('**/_next/static/**', async (route) => {
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve))
    await route.continue()
  })
  await page.keyboard.press('Control+k')
  await expect.poll(() => held.length).toBeGreaterThan(0)
  await page.keyboard.type('audir')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('t')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  isHeld = false
  for (const goOn of held) goOn()
  await expect(page.getByRole('dialog').getByRole('combobox')).toHaveValue('audit')
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/${house.slug}/audit`)
})

test('dialogs of members and the palette have nothing that axe finds', async ({ page, house }) => {
  await join(page, house, 'axe@example.com', 'developer')
  await page.context().clearCookies()
  await signIn(page, house, owner, `/${house.slug}/members`)
  for (const width of [1_440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    await page.getByRole('button', { name: 'Invite…' }).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.getByRole('button', { name: 'Actions for axe@example.com' }).locator('visible=true').click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await expect(page.getByRole('alertdialog')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('alertdialog')).toHaveCount(0)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('key')
    await expect(page.getByRole('option', { name: /API keys/ })).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
})
