import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * What axe finds on the page as it stands, in the light and then in the dark, on each once nothing moves any more.
 * `within`: a selector of the part that is looked at.
 */
export async function violations(page: Page, within = ':root'): Promise<readonly string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction((theme) => document.documentElement.classList.contains(theme), colorScheme)
    found.push(...(await violationsIn(page, within)).map((line) => `${colorScheme}: ${line}`))
  }
  return found
}

/** In the theme that the page has. What fades in or out has neither its colours nor its place. */
export async function violationsIn(page: Page, within = ':root'): Promise<readonly string[]> {
  await page.waitForFunction(standsStill, undefined, { timeout: 10_000 })
  // A page that is drawn anew has no title for a moment, which axe would take for none at all.
  await expect(page).toHaveTitle(/./)
  // In a world of its own: the page's policy allows no script of ours in its own.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return await page.evaluate(
    async ([wanted, part]) => {
      // The script above left it there; no type of the window knows of it.
      const { axe: run } = window as unknown as {
        axe: {
          run: (
            context: unknown,
            options: unknown,
          ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
        }
      }
      const { violations: found } = await run.run(
        { include: [[part]] },
        { runOnly: { type: 'tag', values: wanted }, rules: { 'document-title': { enabled: false } } },
      )
      return found.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
      )
    },
    [tags, within] as const,
  )
}

/** Runs in the page. A turning wheel has no end and is no reason to wait. */
async function standsStill(): Promise<boolean> {
  // A change of style begins its transition with the frame after it.
  for (const _ of [1, 2]) await new Promise((resolve) => requestAnimationFrame(resolve))
  const moves = document.getAnimations().some((animation) => {
    const end = animation.effect?.getComputedTiming().endTime
    return animation.playState === 'running' && end !== Number.POSITIVE_INFINITY
  })
  return !moves && document.querySelector('[data-starting-style], [data-ending-style]') === null
}
