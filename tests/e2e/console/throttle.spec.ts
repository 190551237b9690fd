import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, owner, password, test } from './fixtures.ts'

const file = join(tmpdir(), `eventmesh-argon2-${process.pid}`)
test.use({
  variables: {
    NODE_OPTIONS: `--import=${new URL('count-argon2.mjs', import.meta.url).href}`,
    EVENTMESH_TEST_ARGON2_FILE: file,
  },
})
test.beforeAll(() => writeFileSync(file, ''))
test.afterAll(() => rmSync(file, { force: true }))

test('looks at a password once whether the person is known or not, and not at all while it slows somebody down', async ({
  page,
  house,
}) => {
  await page.goto(`${house.mesh.consoleUrl}/sign-in`)
  expect(await verifiedBy(() => attempt(page, 'nobody@example.com', 'not this one at all'))).toEqual([wrong, 1])
  for (let failure = 1; failure <= 5; failure += 1)
    expect(await verifiedBy(() => attempt(page, owner, 'not this one at all'))).toEqual([wrong, 1])

  // After the fifth failure comes a pause; it is made longer than a slow machine needs for two tries.
  await house.db.transaction(
    (tx) => tx.sql`update sign_in_throttle set blocked_until = now() + interval '8 s' where blocked_until is not null`,
  )
  expect(await verifiedBy(() => attempt(page, owner, 'not this one at all'))).toEqual([throttled, 0])
  // The right password is no way around it.
  expect(await verifiedBy(() => attempt(page, owner, password))).toEqual([throttled, 0])

  // Nobody is locked out: the pause ends, and the right password ends all of it.
  const isSignIn = (url: URL) => url.pathname === '/sign-in'
  await expect(async () => {
    if (isSignIn(new URL(page.url()))) await page.getByRole('button', { name: 'Sign in' }).click({ timeout: 1_000 })
    await page.waitForURL((url) => !isSignIn(url), { timeout: 3_000 })
  }).toPass()
})

const wrong = 'Email or password is wrong.'
const throttled = 'Too many attempts.'

/** What the page says to this attempt; nothing when it let the person in. */
async function attempt(page: Page, email: string, secret: string): Promise<string> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  const button = page.getByRole('button', { name: 'Sign in' })
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), button.click()])
  await expect(button).not.toHaveAttribute('aria-disabled', 'true')
  const said = (await page.getByRole('alert').allTextContents()).join('')
  return [wrong, throttled].find((words) => said.includes(words)) ?? ''
}

/** What came of it, and how many passwords were verified meanwhile. */
async function verifiedBy(act: () => Promise<string>): Promise<readonly [answer: string, verifications: number]> {
  const before = verifications()
  const answer = await act()
  return [answer, verifications() - before]
}

function verifications(): number {
  return readFileSync(file, 'utf8').split('\n').length
}
