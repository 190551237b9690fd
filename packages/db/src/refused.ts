import type { z } from 'zod'

/** An operation's expected "no": `code` for the program, `detail` one line for the person. Nothing was changed. */
export type Refused<Code extends string> = { readonly ok: false; readonly code: Code; readonly detail: string }

export function refused<Code extends string>(code: Code, detail: string): Refused<Code> {
  return { ok: false, code, detail }
}

/** What zod found, on one line. */
export function invalid(error: z.ZodError): Refused<'invalid'> {
  return refused('invalid', error.issues.map((issue) => [...issue.path, issue.message].join(': ')).join('; '))
}
