import { dispatch } from './dispatch.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
// A reader that closed the pipe (`| head`) has what it wanted.
process.stdout.on('error', () => stop.abort())

process.exitCode = await dispatch(process.argv.slice(2), {
  environment: process.env,
  write,
  readInput,
  note: (line) => void process.stderr.write(`${line}\n`),
  signal: stop.signal,
})

/** Resolves when the reader has room for more; a reader that went away ends the command quietly. */
function write(chunk: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(chunk, () => resolve())
  })
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
}
