/**
 * A reader's position over all partitions of a topic: the next offset per partition, as the opaque text that
 * `read({ from })` takes. A partition that the text does not name is read from its beginning: nothing is skipped.
 */
export type VectorPosition = ReadonlyMap<number, number>

const form = /^k1(\.\d{1,6}-\d{1,16})*$/

export function encodePosition(next: VectorPosition): string {
  let text = 'k1'
  for (const [partition, offset] of next) text += `.${partition}-${offset}`
  return text
}

/** Answers undefined for a text that is not a position of this log. */
export function decodePosition(text: string): VectorPosition | undefined {
  if (!form.test(text)) return undefined
  const next = new Map<number, number>()
  for (const part of text.split('.').slice(1)) {
    const [partition, offset] = part.split('-').map(Number)
    if (partition === undefined || offset === undefined || !Number.isSafeInteger(offset)) return undefined
    next.set(partition, offset)
  }
  return next
}
