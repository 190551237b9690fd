/** `g e`: keys that are pressed one after the other. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="inline-flex shrink-0 gap-1">
      {keys.split(' ').map((key) => (
        <kbd key={key} className="rounded-[4px] border border-line-strong bg-bg px-1.5 text-11 text-fg-2">
          {key}
        </kbd>
      ))}
    </span>
  )
}
