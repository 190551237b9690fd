import { setTimeout as pause } from 'node:timers/promises'
import { type Embedded, startEmbedded } from '@eventmesh/db/embedded'

export type Postgres = {
  readonly urls: Embedded['urls']
  stop(): Promise<void>
  kill(): void
}

const restartDelayMsMax = 5_000

/** Keeps the embedded server of the data directory running, on the same port when it had to be started again. */
export async function supervisePostgres(dataDir: string, say: (line: string) => void): Promise<Postgres> {
  let isStopping = false
  let current = await startEmbedded({ dataDir, log: say })
  const { urls, port } = current
  watch(current)

  return {
    urls,
    stop: async () => {
      isStopping = true
      await current.stop()
    },
    kill: () => {
      isStopping = true
      // SIGQUIT is Postgres' immediate shutdown: what was committed is kept.
      process.kill(current.pid, 'SIGQUIT')
    },
  }

  function watch(embedded: Embedded) {
    embedded.onExit(() => {
      if (isStopping) return
      say('the embedded Postgres ended; starting it again')
      void startAgain()
    })
  }

  async function startAgain() {
    for (let delayMs = 100; !isStopping; delayMs = Math.min(delayMs * 2, restartDelayMsMax)) {
      try {
        current = await startEmbedded({ dataDir, port, log: say })
        if (isStopping) return await current.stop()
        return watch(current)
      } catch (error) {
        say(
          `the embedded Postgres did not start (${error instanceof Error ? error.message : 'unknown error'}); next try in ${delayMs} ms`,
        )
        await pause(delayMs)
      }
    }
  }
}
