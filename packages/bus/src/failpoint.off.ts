/** What the production bundle has in place of `failpoint.ts`: no name, no variable, no effect. */
export function failpoint(_name: string): undefined {}

/** Nothing throws it here; whoever tells it from other errors imports it all the same. */
export class FailpointError extends Error {
  override readonly name = 'FailpointError'
}
