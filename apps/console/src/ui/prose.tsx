/** Plain text in which `…` is code. */
export function Prose({ text }: { readonly text: string }) {
  return text.split('`').map((part, n) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place.
    n % 2 === 1 ? <code key={n}>{part}</code> : part,
  )
}
