/** Calls `notify` soon after each `announce`, at most once per `everyMs`; its failures are the readers' poll to bear. */
export function createAnnouncer(notify: () => Promise<void>, everyMs = 200) {
  let isDue = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  function flush(): void {
    timer = undefined
    if (!isDue) return
    isDue = false
    timer = setTimeout(flush, everyMs)
    running = notify().catch(() => {
      // Live readers poll as well.
    })
  }

  return {
    announce(): void {
      isDue = true
      if (timer === undefined) flush()
    },
    async close(): Promise<void> {
      clearTimeout(timer)
      await running
    },
  }
}
