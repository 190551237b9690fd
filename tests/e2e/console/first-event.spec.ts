import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify, stripVTControlCharacters } from 'node:util'
import { keys } from '@eventmesh/db'
import { violations } from './axe.ts'
import { copied, expect, send, signIn, test } from './fixtures.ts'
import { organization } from './organization.ts'

const run = promisify(execFile)

test('shows the first event and its duplicate without a reload, from a command on the page', async ({
  page,
  house,
}) => {
  await signIn(page, house, undefined, `/${house.slug}/get-started`)
  // The first visit, right after the setup, made a key that is gone by now.
  await page.getByRole('button', { name: 'Create another' }).click()
  const key = page.getByLabel('Your test key')
  await expect(key).toContainText(/^em_test_[0-9A-Za-z]{38}$/)
  const command = await copied(page, () => page.keyboard.press('c'))
  await run('sh', ['-c', command])
  await expect(page.getByText('Accepted')).toBeVisible()
  await run('sh', ['-c', command])
  await expect(page.getByText('Duplicate')).toBeVisible()

  await page.getByRole('link', { name: 'Open event', exact: true }).last().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('hello.world')
  await expect(page.getByRole('tabpanel')).toContainText('"curl"')
})

test('takes the signed snippet at the address of a source that the page leads to', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/get-started`)
  await page.getByRole('tab', { name: 'Standard Webhooks' }).click()
  const program = await copied(page, () => page.getByRole('button', { name: 'Copy snippet' }).click())
  await page.getByRole('link', { name: 'Add the source' }).click()
  await page.getByLabel('Name').fill('signed')
  await page.getByRole('button', { name: 'Create source' }).click()
  const address = await copied(page, () => page.getByRole('button', { name: 'Copy address' }).click())
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  await page.getByRole('textbox', { name: 'Secret' }).fill(secret)
  await page.getByRole('button', { name: 'Save secret and test' }).click()
  await expect(page.getByText('Listening for a test delivery…')).toBeVisible()
  const env = { ...process.env, SOURCE_URL: address, SOURCE_SECRET: secret }
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { env })
  expect(stripVTControlCharacters(stdout)).toBe('202\n')
  await expect(page.getByText('Verified. signed is connected.').last()).toBeVisible()
})

test('shows the key once: a reload has only its last four characters', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/get-started`)
  await page.reload()
  await expect(page.getByText(/Key em_test_….{4} was created/)).toBeVisible()
  expect(await page.content()).not.toMatch(/em_test_[0-9A-Za-z]{38}/)
})

test('says of a rejected event why and how to fix it', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/get-started`)
  await fetch(`${house.mesh.ingestUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${house.mesh.apiKey}`, 'content-type': 'application/json' },
    body: '{"event_typ":"x"}',
  })
  await expect(page.getByText('schema_invalid')).toBeVisible()
  await expect(page.getByText(/Correct the marked members/)).toBeVisible()
})

test('refuses a setup link that was used', async ({ page, house }) => {
  await page.goto(house.mesh.setupUrl)
  await expect(page.getByText('This link was already used.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible()
})

test('offers no command before the key that stands in it', async ({ page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'awaited')
  const held = Promise.withResolvers<void>()
  await page.route(`**/${slug}/get-started`, async (route) => {
    if (route.request().method() === 'POST') await held.promise
    await route.continue()
  })
  await signIn(page, house, ownerEmail, `/${slug}/get-started`)
  await expect(page.getByRole('tab', { name: 'cURL' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy snippet' })).toHaveCount(0)
  held.resolve()
  const command = await copied(page, () => page.getByRole('button', { name: 'Copy snippet' }).click())
  expect(command).toMatch(/Bearer em_test_[0-9A-Za-z]{38}"/)
})

test('can be put off, and the rail says from then on how far it is', async ({ page, house }) => {
  const { slug, ownerEmail, tenantId } = await organization(house, 'later')
  await signIn(page, house, ownerEmail, `/${slug}/get-started`)
  await expect(page.getByLabel('Your test key')).toContainText(/^em_test_/)
  await page.getByRole('button', { name: 'Do this later' }).click()
  await page.waitForURL(`**/${slug}/events`)
  const chip = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Get started 1/3' })
  await expect(chip).toBeVisible()
  expect(await violations(page)).toEqual([])
  await chip.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Get started')

  const made = await keys.create(
    house.db,
    { tenantId, name: 'first', mode: 'test' },
    { kind: 'operator', name: 'test' },
  )
  if (!made.ok) throw new Error(made.detail)
  await send(house, { event_type: 'later.sent', payload: {} }, made.secret)
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${slug}/events`)
    await expect(page.locator('tr[data-event-row]')).toHaveCount(1, { timeout: 3_000 })
  }).toPass({ timeout: 40_000 })
  await expect(chip).toHaveCount(0)
})
