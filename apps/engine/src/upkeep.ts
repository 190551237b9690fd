import { type Database, type IndexRoll, indexUpkeep, sourceUpkeep } from '@eventmesh/db'
import type { Logger } from '@eventmesh/runtime'

export type Upkeep = { readonly stray: () => number; stop(): Promise<void> }

/** Rolls the index's days and purges what is past retention, removed secrets too, at once and then every `everyMs`. Rejects if the first fails. */
export async function keepUp(db: Database, logger: Logger, everyMs: number): Promise<Upkeep> {
  let stray = 0
  let running: Promise<void> | undefined

  async function turn(): Promise<void> {
    const roll = await indexUpkeep.roll(db)
    stray = roll.stray
    report(logger, roll)
    const purged = await indexUpkeep.purge(db)
    if (purged > 0) logger.info({ action: 'index_purge', count: purged }, 'rows past retention were deleted')
    const secrets = await sourceUpkeep.purgeSecrets(db)
    if (secrets > 0) logger.info({ action: 'secret_purge', count: secrets }, 'secrets removed long ago were deleted')
  }

  await turn()
  const timer = setInterval(() => {
    running ??= turn()
      .catch((error: unknown) => logger.error({ error, action: 'index_roll' }, 'the days of the index were not rolled'))
      .finally(() => {
        running = undefined
      })
  }, everyMs)

  return {
    stray: () => stray,
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

function report(logger: Logger, { created, dropped, stray }: IndexRoll): void {
  if (created + dropped > 0) {
    logger.info({ action: 'index_roll', count: created, detail: `${dropped} dropped` }, 'days of the index were rolled')
  }
  if (stray > 0) {
    logger.warn(
      { action: 'index_roll', count: stray },
      'rows are outside of the days that are kept: a clock is far off',
    )
  }
}
