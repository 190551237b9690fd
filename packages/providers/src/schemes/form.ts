/** Fields of a form body in order; bytes that are no UTF-8 become U+FFFD, which no signature of a real one matches. */
export function readForm(body: Buffer): readonly (readonly [name: string, value: string])[] {
  // URLSearchParams would drop a leading '?'; behind '&' it is data.
  return [...new URLSearchParams(`&${body.toString('utf8')}`)]
}

/** The value of a field that stands exactly once. */
export function formField(fields: readonly (readonly [string, string])[], name: string): string | undefined {
  const found = fields.filter(([candidate]) => candidate === name)
  return found.length === 1 ? found[0]![1] : undefined
}
