import type { Locator, Page } from '@playwright/test'
import { copied, expect, password, test } from './fixtures.ts'
import { organization } from './organization.ts'

test('the whole journey needs no pointer: sign in, first event, rotate a key, find by id, invite, add a source', async ({
  page,
  house,
}) => {
  test.setTimeout(180_000)
  const { slug, ownerEmail } = await organization(house, 'keyboard')
  await page.addInitScript(() => {
    for (const name of ['pointerdown', 'mousedown', 'touchstart'])
      window.addEventListener(name, () => document.documentElement.setAttribute('data-pointed', ''), true)
  })
  await page.goto(`${house.mesh.consoleUrl}/sign-in`)
  await tabTo(page, page.getByLabel('Email'))
  await page.keyboard.type(ownerEmail)
  await tabTo(page, page.getByLabel('Password', { exact: true }))
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Get started')
  await tabTo(page, page.getByRole('button', { name: 'Send a test event' }))
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('link', { name: 'Open event', exact: true }))
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/${slug}/events/*`)
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await tabTo(page, page.getByRole('definition').filter({ hasText: /^Test$/ }))
  expect(await copied(page, () => page.keyboard.press('c'))).toBe('test')

  await goTo(page, 'k', 'API keys')
  const create = page.getByRole('button', { name: 'Create key…' }).first()
  await tabTo(page, create)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(create).toBeFocused()
  await page.keyboard.press('n')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.type('typed-key')
  await page.keyboard.press('Enter')
  await copyAndClose(page)
  await expect(page.getByRole('link', { name: 'typed-key', exact: true })).toBeFocused()
  await page.keyboard.press('.')
  await expect(page.getByRole('menu')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Actions for typed-key' }).first()).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('Rotate')
  await expect(page.getByRole('menuitem', { name: 'Rotate…' })).toBeFocused()
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('button', { name: 'Rotate key' }))
  await page.keyboard.press('Enter')
  await copyAndClose(page)
  await expect(page.getByText(/Rotating out/).first()).toBeVisible()
  await expect(page.locator('tr a:focus')).toHaveCount(1)

  await find(page, id)
  await expect(page.getByRole('option', { name: 'Open event' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/${slug}/events/${id}`)
  await find(page, id)
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('option', { name: 'Open request' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await goTo(page, 'm', 'Members')
  await tabTo(page, page.getByRole('button', { name: 'Invite…' }))
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Email addresses')).toBeFocused()
  await page.keyboard.type('typed@keyboard.example')
  await tabTo(page, page.getByRole('button', { name: 'Make invite links' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Copy link for typed@keyboard.example' }).last()).toBeFocused()
  await tabTo(page, page.getByRole('button', { name: 'Done' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Invite…' }).first()).toBeFocused()

  await goTo(page, 's', 'Sources')
  await page.keyboard.press('n')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Add source')
  await tabTo(page, page.getByRole('searchbox', { name: 'Search providers' }))
  await page.keyboard.type('stripe')
  await tabTo(page, page.getByRole('link', { name: /^S? ?Stripe/ }))
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByLabel('Name', { exact: true }))
  await page.keyboard.type('typed-source')
  await tabTo(page, page.getByRole('button', { name: 'Create source' }))
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('button', { name: 'Copy address' }))
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('textbox', { name: 'Secret' }))
  await page.keyboard.type('whsec_test_0123456789abcdef')
  await tabTo(page, page.getByRole('button', { name: 'Save secret and test' }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('Listening for a test delivery…')).toBeVisible()

  await goTo(page, 'a', 'Audit log')
  await page.keyboard.press('t')
  await expect(page.getByRole('listbox')).toBeVisible()
  await expect(page.locator('html[data-pointed]')).toHaveCount(0)
})

/** Tab until it has the focus, which is to be seen at each step on the way. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target.first()).toBeVisible()
  for (let step = 0; step < 80; step += 1) {
    const { isThere, sight } = await target.first().evaluate((element) => {
      const at = document.activeElement ?? document.body
      const { outlineStyle, outlineWidth } = getComputedStyle(at)
      const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
      // A dialog and the page's main part only begin the walk; a menu's guard passes the focus on.
      const isStart = at === document.body || at.matches('main, [role="dialog"], [data-base-ui-focus-guard]')
      return { isThere: at === element, sight: isSeen || isStart ? 'seen' : at.outerHTML }
    })
    expect(sight).toBe('seen')
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`80 steps of Tab do not lead to ${target}`)
}

async function goTo(page: Page, key: string, title: string): Promise<void> {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
}

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Find anything' })).toBeVisible()
  await page.keyboard.type(text)
}

/** What is shown once: its copy button has the focus. */
async function copyAndClose(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Copy key' })).toBeFocused()
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('button', { name: 'Done' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
}
