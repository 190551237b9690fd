import { violations } from './axe.ts'
import { expect, test, untilListens } from './fixtures.ts'

// `access.spec.ts` shows that there is nothing without it.
test.use({ variables: { EVENTMESH_DEV_KIT: '1' } })

const sizes = [
  { width: 1_440, height: 900 },
  { width: 390, height: 844 },
]
const openers = [
  'Open a form',
  'Open a held one',
  'Open a long one',
  'Resume…',
  'Revoke…',
  'Revoke one in use…',
  'Revoke slowly…',
  'Open a drawer',
  'Choose a range…',
]

for (const size of sizes) {
  test(`the kit has nothing that axe finds and scrolls one way, at ${size.width}`, async ({ page, house }) => {
    await page.setViewportSize(size)
    await page.goto(`${house.mesh.consoleUrl}/dev/kit`)
    await page.getByRole('button', { name: 'Send form' }).click()
    await expect(page.getByText('Give it a name.')).toBeVisible()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width)
  })

  test(`what opens over the kit has nothing that axe finds, at ${size.width}`, async ({ page, house }) => {
    // Fourteen things in two themes.
    test.setTimeout(150_000)
    await page.setViewportSize(size)
    await page.goto(`${house.mesh.consoleUrl}/dev/kit`)
    for (const name of openers) {
      await page.getByRole('button', { name, exact: true }).click()
      const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
      await expect(dialog).toBeVisible()
      expect(await violations(page, '[role=dialog], [role=alertdialog]'), name).toEqual([])
      const box = await dialog.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0), name).toBeLessThanOrEqual(size.width)
      await dialog
        .getByRole('button', { name: /^(Cancel|Close|Done)$/ })
        .last()
        .click()
      await expect(dialog).toHaveCount(0)
    }
    for (const [opener, name, role] of [
      ['button', 'Row menu', 'menu'],
      ['button', 'Columns', 'menu'],
      ['button', /^Type 1/, 'menu'],
      ['combobox', 'Theme', 'listbox'],
    ] as const) {
      await page.getByRole(opener, { name }).click()
      await expect(page.getByRole(role)).toBeVisible()
      expect(await violations(page, `[role=${role}]`), `${name}`).toEqual([])
      await page.keyboard.press('Escape')
      await expect(page.getByRole(role)).toHaveCount(0)
    }
    await page.getByRole('button', { name: 'Point here' }).hover()
    await expect(page.getByText('Secondary words beside the fact')).toBeVisible()
    expect(await violations(page), 'a tooltip').toEqual([])
  })
}

test('gives a finger 44 px for whatever is pressed', async ({ browser, house }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await page.goto(`${house.mesh.consoleUrl}/dev/kit`)
  await untilListens(page)
  expect(await page.evaluate(tooSmall, 'main')).toEqual([])
  await page.getByRole('combobox', { name: 'Theme' }).click()
  await expect(page.getByRole('listbox')).toBeVisible()
  expect(await page.evaluate(tooSmall, '[role=listbox]')).toEqual([])
  await context.close()
})

/** Runs in the page. Names and folds within the lines of a document are as high as a line. */
function tooSmall(within: string): readonly string[] {
  const pressed = document.querySelectorAll<HTMLElement>(
    `:is(${within}) :is(button, [role="tab"], [role="option"], label:has(input), input, a.inline-flex, a.grid)`,
  )
  return [...pressed].flatMap((each) => {
    const { width, height } = each.getBoundingClientRect()
    const isSeen = each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && width > 1 && height > 1
    const isWithin =
      each.closest('[data-line], [role="group"]') !== null || each.parentElement?.closest('label') != null
    return isSeen && !isWithin && height < 44 ? [`${height}: ${each.outerHTML.slice(0, 120)}`] : []
  })
}

test('says of what was copied that it was, of what is off why, and of a field all that stands under it', async ({
  page,
  house,
}) => {
  await page.goto(`${house.mesh.consoleUrl}/dev/kit`)
  await untilListens(page)
  await expect(page.locator('input[name="faulty"]')).toHaveAccessibleDescription(
    'A usable key has this name already. 1–64 characters',
  )
  const copy = page.getByRole('button', { name: 'Copy the event id' })
  await copy.click()
  await expect(copy.getByText('Copied')).toBeVisible()
  await expect(copy.getByText('Copied')).toHaveCount(0)
  await expect(
    page.getByRole('button', { name: 'Load again, quiet', disabled: true }).first(),
  ).toHaveAccessibleDescription('Nothing to load')
})

test('keeps still for whoever wants less motion', async ({ page, house }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`${house.mesh.consoleUrl}/dev/kit`)
  const wheel = page.locator('svg.lucide-loader-circle').first()
  await expect(wheel).toHaveCSS('animation-iteration-count', '1')
})
