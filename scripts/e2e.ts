import { checkBrowser } from './browser.ts'
import { add, checkCommand, checkSuite, conclude, none } from './check.ts'

// The end-to-end tests alone; `--all` adds the budgets, with the live tail's whole five minutes, and a picture of every
// screen in every state.
const isAll = process.argv.includes('--all')
const wholeTail = { EVENTMESH_BUDGETS_TAIL_SECONDS: '300' }
const counts = add(
  await checkSuite('end to end, with real processes', ['--config', 'tests/e2e/vitest.config.ts']),
  await checkBrowser('the console in a browser', 'tests/e2e/console'),
  isAll ? await checkBrowser("the console's budgets on a million rows", 'tests/budgets', wholeTail) : none,
  isAll ? await checkCommand('pictures of every screen', process.execPath, ['tests/screenshots/main.ts']) : none,
)
conclude(counts)
