/**
 * Named points where the chaos harness ends, stops, breaks or slows this process:
 * `EVENTMESH_FAILPOINT=name[#nth][=kill|stop|throw|delay:ms]`. Without `#nth` every pass counts, without `=` it kills.
 * Answers undefined (nothing to await) unless this pass is meant. The production bundle has `failpoint.off.ts` instead.
 */
export function failpoint(name: string): Promise<void> | undefined {
  if (armed === undefined || armed.name !== name) return undefined
  passes += 1
  if (armed.nth !== undefined && armed.nth !== passes) return undefined
  return act(armed)
}

type Armed = { readonly name: string; readonly nth: number | undefined; readonly action: Action }
type Action = { readonly kind: 'kill' | 'stop' | 'throw' } | { readonly kind: 'delay'; readonly ms: number }

export class FailpointError extends Error {
  override readonly name = 'FailpointError'
}

const armed = parseFailpoint(process.env.EVENTMESH_FAILPOINT)
let passes = 0

/** Throws on a text that names no failpoint: a typing error must not turn a chaos run green. */
export function parseFailpoint(text: string | undefined): Armed | undefined {
  if (text === undefined || text === '') return undefined
  const match = /^([a-z][a-z0-9_]*)(?:#([1-9]\d*))?(?:=(?:(kill|stop|throw)|delay:(\d+)))?$/.exec(text)
  if (!match) throw new Error('EVENTMESH_FAILPOINT: expected name[#nth][=kill|stop|throw|delay:ms]')
  const [, name, nth, kind, ms] = match
  const action: Action =
    ms === undefined ? { kind: (kind ?? 'kill') as 'kill' | 'stop' | 'throw' } : { kind: 'delay', ms: Number(ms) }
  return { name: name!, nth: nth === undefined ? undefined : Number(nth), action }
}

function act({ name, action }: Armed): Promise<void> {
  switch (action.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      return new Promise(() => {})
    case 'stop':
      process.kill(process.pid, 'SIGSTOP')
      return Promise.resolve()
    case 'throw':
      return Promise.reject(new FailpointError(`failpoint ${name}`))
    case 'delay':
      return new Promise((resolve) => setTimeout(resolve, action.ms))
  }
}
