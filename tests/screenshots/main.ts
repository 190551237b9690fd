import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { invites, links, users } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { type Browser, type BrowserContext, chromium } from '@playwright/test'
import { findChromium } from '../../scripts/browser.ts'
import { violationsIn } from '../e2e/console/axe.ts'
import { expect, furnish, type House, join, owner, signIn } from '../e2e/console/fixtures.ts'
import { cleanUp, newDataDir, startMesh, stopMesh } from '../e2e/harness/mesh.ts'
import { compress } from './compress.ts'
import { documented, type Screen, screens } from './screens.ts'

// Pictures of every screen for whoever wants to look at them, on what `npm start -- --demo` sends itself. On the way each
// is asked what an eye misses: whether axe finds anything, and whether the page scrolls sideways.

const { values } = parseArgs({
  options: {
    /** Of demo traffic before the first picture. */
    minutes: { type: 'string', default: '5' },
    /** One that is kept has a longer history with every run. */
    'data-dir': { type: 'string' },
    /** Their names, with commas between. */
    only: { type: 'string' },
    /** As the files' names end, with commas between: `390.light`. */
    looks: { type: 'string' },
    /** Those that the documentation shows, in place of all. */
    docs: { type: 'boolean', default: false },
  },
})

const looks = [
  { width: 1_440, height: 900, colorScheme: 'light' },
  { width: 1_440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const
const documentedLooks = [{ width: 1_280, height: 800, colorScheme: 'light' }] as const
type Look = (typeof looks)[number] | (typeof documentedLooks)[number]

const directory = values.docs ? 'docs/images/console' : 'screenshots'
const viewer = 'vera@example.com'
const guest = 'noor@example.com'

mkdirSync(directory, { recursive: true })
const mesh = (await startMesh({
  args: ['--demo'],
  dataDir: values['data-dir'] ?? newDataDir(),
  environment: { EVENTMESH_DEV_KIT: '1' },
})) as House['mesh']
const executablePath = process.env.EVENTMESH_TEST_CHROMIUM ?? findChromium()
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
})
try {
  const house = await furnish(mesh, browser)
  const states = { owner: await ownerState(house), viewer: await viewerState(house), nobody: undefined }
  const places = await placesOf(house)
  await pause(Number(values.minutes) * 60_000)
  for (const look of values.docs ? documentedLooks : looks.filter(isWanted))
    await takeAll(browser, look, house, states, places)
  await house.db.close()
} finally {
  await browser.close()
  await stopMesh(mesh)
  // A directory that somebody named is theirs.
  if (values['data-dir'] === undefined) await cleanUp()
}

function isWanted({ width, colorScheme }: Look): boolean {
  return values.looks === undefined || values.looks.split(',').includes(`${width}.${colorScheme}`)
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>

async function ownerState(house: House): Promise<State> {
  const context = await browser.newContext()
  await signIn(await context.newPage(), house, owner)
  return await context.storageState()
}

/** Somebody who may only look. */
async function viewerState(house: House): Promise<State> {
  const context = await browser.newContext()
  const page = await context.newPage()
  if ((await users.findByEmail(house.db, viewer)) === undefined) await join(page, house, viewer, 'viewer', 'Vera Lind')
  else await signIn(page, house, viewer)
  return await context.storageState()
}

/** What stands for `{name}` in a path: the organization, and links that are still good. */
async function placesOf({ db, mesh, slug }: House): Promise<Readonly<Record<string, string>>> {
  const by = { kind: 'operator', name: owner } as const
  const tenantId = mesh.tenantId as TenantId
  const invite = await invites.create(db, { tenantId, email: guest, role: 'developer' }, by)
  const helped = await users.findByEmail(db, viewer)
  const helper = await users.findByEmail(db, owner)
  if (helped === undefined || helper === undefined) throw new Error('nobody has signed up')
  const reset = await links.createMemberResetLink(db, { tenantId, userId: helped.id, helper: helper.id }, by)
  if (!invite.ok || !reset.ok) throw new Error('a link could not be made')
  return { tenant: slug, invite: invite.token, reset: reset.token }
}

async function takeAll(
  within: Browser,
  { width, height, colorScheme }: Look,
  house: House,
  states: Readonly<Record<NonNullable<Screen['as']>, State | undefined>>,
  places: Readonly<Record<string, string>>,
) {
  const wanted = screens.filter(
    ({ name }) =>
      (!values.docs || documented.includes(name)) &&
      (values.only === undefined || values.only.split(',').includes(name)),
  )
  for (const screen of wanted) {
    const storageState = states[screen.as ?? 'owner']
    const context = await within.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      ...(storageState === undefined ? {} : { storageState }),
    })
    const file = `${directory}/${screen.name}${values.docs ? '' : `.${width}.${colorScheme}`}.png`
    try {
      const faults = await take(context, screen, house.mesh.consoleUrl + pathOf(screen, places), file)
      process.stdout.write([file, ...faults].join('\n  ').concat('\n'))
      if (faults.length > 0) process.exitCode = 1
    } catch (error) {
      // The others are worth having; what could not be reached at this width is named.
      process.stdout.write(`${file}: ${error instanceof Error ? error.message.split('\n')[0] : error}\n`)
      process.exitCode = 1
    } finally {
      await context.close()
    }
  }
}

function pathOf({ path }: Screen, places: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? name)
}

/** Answers what is wrong with the screen. */
async function take(context: BrowserContext, screen: Screen, url: string, file: string): Promise<readonly string[]> {
  const page = await context.newPage()
  page.setDefaultTimeout(8_000)
  await page.goto(url, { timeout: 30_000 })
  await page.getByRole('heading', { level: 1 }).or(page.locator('h2')).first().waitFor()
  await screen.prepare?.(page)
  if (screen.hasSkeletons !== true) await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  // What a page draws after its answer: relative times, counts, a spark.
  await pause(700)
  await page.screenshot({ path: file, fullPage: screen.isFullPage === true && !values.docs })
  compress(file)
  if (values.docs) return []
  const isTooWide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  )
  return [...(isTooWide ? ['the page scrolls sideways'] : []), ...(await violationsIn(page))]
}
