import fs from 'node:fs'

export type LineWriterOptions = {
  /** A file descriptor: standard output. */
  readonly fd: number
  /** What waits at most; lines beyond it are dropped and counted. */
  readonly bufferCharsMax: number
  /** The line that says how many were dropped, written once there is room again. */
  readonly droppedLine: (count: number) => string
}

export type LineWriter = {
  write(line: string): void
  /** Resolves when everything is written, or after `ms`. */
  flush(ms: number): Promise<void>
}

/** Lines gather for this long, so that many cost one system call. */
const gatherMs = 20
const chunkCharsMax = 64 * 1024
/** A pipe that is full and set to non-blocking says so at once. */
const fullPauseMs = 20

/**
 * Writes lines beside the event loop: `process.stdout` would write to a pipe synchronously, and a reader that stops would
 * stop the process. Whoever reads too slowly loses lines, told by a line of its own; the process goes on.
 */
export function createLineWriter({ fd: given, bufferCharsMax, droppedLine }: LineWriterOptions): LineWriter {
  const fd = neverBlocking(given)
  let waiting = ''
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let isWriting = false
  let idle: (() => void)[] = []

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    if (isWriting || waiting === '') return
    const text = dropped === 0 ? waiting : waiting + droppedLine(dropped)
    waiting = ''
    dropped = 0
    isWriting = true
    send(Buffer.from(text))
  }

  function send(bytes: Buffer): void {
    fs.write(fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(send, fullPauseMs, bytes)
      else if (error === null && written < bytes.length) send(bytes.subarray(written))
      else end()
    })
  }

  // Also after an error: nobody reads any more, and there is no other place to say so.
  function end(): void {
    isWriting = false
    if (waiting !== '') {
      start()
      return
    }
    for (const resolve of idle) resolve()
    idle = []
  }

  process.once('exit', () => {
    // With a write under way its reader is slow or gone: to wait for it here could be for ever.
    if (!isWriting && waiting !== '') writeNow(fd, waiting)
  })

  return {
    write(line) {
      if (waiting.length + line.length > bufferCharsMax) {
        dropped += 1
        return
      }
      waiting += line
      if (isWriting) return
      if (waiting.length >= chunkCharsMax) start()
      else timer ??= setTimeout(start, gatherMs)
    },
    flush(ms) {
      start()
      if (!isWriting) return Promise.resolve()
      return new Promise((resolve) => {
        const late = setTimeout(resolve, ms)
        idle.push(() => {
          clearTimeout(late)
          resolve()
        })
      })
    },
  }
}

/**
 * Linux opens a pipe anew under /proc, without a word to others who write to it. Where that cannot be had, a reader that
 * stopped keeps one thread of Node's pool, and the end of the process waits for that thread.
 */
function neverBlocking(fd: number): number {
  try {
    if (!fs.fstatSync(fd).isFIFO()) return fd
    return fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
  } catch {
    return fd
  }
}

function writeNow(fd: number, text: string): void {
  try {
    fs.writeSync(fd, text)
  } catch {
    // The process is ending, and its reader ended before it.
  }
}
