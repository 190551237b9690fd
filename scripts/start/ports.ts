import { createServer } from 'node:net'

export type PortUse = { readonly variable: string; readonly host: string; readonly port: number }

/** One line per port that cannot be listened on, with the variable that moves it. */
export async function portProblems(uses: readonly PortUse[]): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [index, use] of uses.entries()) {
    const earlier = uses.slice(0, index).find(({ port }) => port === use.port && port !== 0)
    const fault = earlier ? `is also ${earlier.variable}` : await listenFault(use)
    if (fault !== undefined)
      problems.push(`${use.variable}: port ${use.port} ${fault}; set ${use.variable} or --port-base to another one`)
  }
  return problems
}

function listenFault({ host, port }: PortUse): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(reason(error.code, host)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

function reason(code: string | undefined, host: string): string {
  if (code === 'EADDRINUSE') return 'is in use'
  if (code === 'EACCES') return 'needs a permission that this user does not have'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `cannot be opened: ${host} is no address of this machine`
  return `cannot be opened (${code})`
}
