/** What the production bundle has in place of `failpoint.ts`: no name, no variable, no effect. */
export function failpoint(_name: string): undefined {}
