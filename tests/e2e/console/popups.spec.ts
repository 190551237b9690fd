import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

// The code of a popup comes with the first interest in one; what somebody did before it came is not lost.

test.use({ variables: { EVENTMESH_DEV_KIT: '1' } })

const scripts = (page: Page) =>
  page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length)

/** From now on no script arrives until it is let through. */
async function holdScripts(page: Page): Promise<{ readonly asked: Promise<void>; release(): void }> {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  await page.route('**/*.js', async (route) => {
    ask()
    await isReleased
    await route.continue()
  })
  return { asked, release }
}

test.beforeEach(async ({ page, house }) => {
  await page.goto(`${house.mesh.consoleUrl}/dev/kit`, { waitUntil: 'networkidle' })
})

test('loads no popup before somebody comes near one', async ({ page }) => {
  const atFirst = await scripts(page)
  await page.getByRole('button', { name: 'Row menu' }).hover()
  await expect.poll(() => scripts(page)).toBeGreaterThan(atFirst)
  await expect(page.getByRole('menu')).toHaveCount(0)
})

test('opens a menu that was clicked before its code came, and closes it with another click', async ({ page }) => {
  const { asked, release } = await holdScripts(page)
  const trigger = page.getByRole('button', { name: 'Row menu' })
  await trigger.click()
  await asked
  await expect(trigger).toHaveAttribute('aria-haspopup', 'menu')
  await expect(trigger).toHaveAttribute('aria-expanded', 'false')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await trigger.evaluate((element) => Object.assign(element, { isTheOne: true }))
  release()
  await expect(page.getByRole('menu')).toBeVisible()
  await expect(trigger).toHaveAttribute('aria-expanded', 'true')
  expect(await trigger.evaluate((element) => 'isTheOne' in element)).toBe(true)
  await trigger.click()
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(trigger).toBeFocused()
})

for (const key of ['Enter', 'Space', 'ArrowDown']) {
  test(`opens a menu at its first item by a ${key} that came before its code`, async ({ page }) => {
    const { asked, release } = await holdScripts(page)
    const trigger = page.getByRole('button', { name: 'Row menu' })
    await trigger.focus()
    await page.keyboard.press(key)
    await asked
    await expect(trigger).toBeFocused()
    release()
    await expect(page.getByRole('menuitem', { name: 'View events' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menu')).toHaveCount(0)
    await expect(trigger).toBeFocused()
    await page.keyboard.press(key)
    await expect(page.getByRole('menuitem', { name: 'View events' })).toBeFocused()
  })

  test(`opens a select at its choice by a ${key} that came before its code`, async ({ page }) => {
    const { asked, release } = await holdScripts(page)
    const trigger = page.getByRole('combobox', { name: 'Overlap' })
    await trigger.focus()
    await page.keyboard.press(key)
    await asked
    release()
    await expect(page.getByRole('option', { name: '24 hours' })).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await expect(trigger).toHaveText('1 hour')
    await expect(trigger).toBeFocused()
  })
}

test('opens a select that was clicked before its code came', async ({ page }) => {
  const { asked, release } = await holdScripts(page)
  const trigger = page.getByRole('combobox', { name: 'Overlap' })
  await trigger.click()
  await asked
  release()
  await page.getByRole('option', { name: 'Now' }).click()
  await expect(trigger).toHaveText('Now')
})

test('opens a dialog that was asked for before its code came, and gives the focus back', async ({ page }) => {
  const { asked, release } = await holdScripts(page)
  const opener = page.getByRole('button', { name: 'Open a form', exact: true })
  await opener.click()
  await asked
  release()
  await expect(page.getByRole('dialog', { name: 'Edit key' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(opener).toBeFocused()
})

test('says that the console was updated where a popup is gone, and opens it once it is back', async ({ page }) => {
  await page.route('**/*.js', (route) => route.abort())
  const trigger = page.getByRole('button', { name: 'Row menu' })
  await trigger.click()
  await expect(page.getByRole('status').filter({ hasText: 'The console was updated.' })).toBeVisible()
  await page.unroute('**/*.js')
  await trigger.click()
  await expect(page.getByRole('menu')).toBeVisible()
})

test('shows a tooltip to the pointer and to the keyboard, and takes it away again', async ({ page }) => {
  const words = page.locator('[data-tooltip-popup]')
  const trigger = page.getByRole('button', { name: 'Row menu' })
  await trigger.hover()
  await expect(words).toHaveText('Row menu')
  await words.hover()
  await expect(words).toBeVisible()
  await page.mouse.move(0, 0)
  await expect(words).toHaveCount(0)
  await page.keyboard.press('Tab')
  await trigger.focus()
  await expect(words).toHaveText('Row menu')
  await page.keyboard.press('Escape')
  await expect(words).toHaveCount(0)
})
