'use client'

import { cn } from '../../ui/class-names.ts'
import type { Completion } from './completions.ts'
import { text } from './text.ts'

export { completionsAt } from './completions.ts'

type Props = {
  readonly id: string
  readonly items: readonly Completion[]
  readonly active: number
  readonly onTake: (item: Completion) => void
}

/** The list under the search field, which keeps the focus; on a phone it fills the sheet. */
export function Suggestions({ id, items, active, onTake }: Props) {
  return (
    <div
      id={id}
      role="listbox"
      tabIndex={-1}
      aria-label={text.suggestions}
      // The field keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      className="z-30 rounded-card bg-raised p-1 outline-none max-md:mt-2 md:absolute md:top-9 md:left-0 md:max-h-80 md:w-[480px] md:overflow-y-auto md:shadow-popover"
    >
      {items.map((item, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys.
        // biome-ignore lint/a11y/useFocusableInteractive: and the focus.
        <div
          key={item.text}
          id={`${id}-${n}`}
          role="option"
          aria-selected={n === active}
          ref={(element) => {
            if (n === active) element?.scrollIntoView({ block: 'nearest' })
          }}
          onClick={() => onTake(item)}
          className={cn(
            'flex min-h-7 cursor-default select-none items-center gap-3 rounded-[4px] px-2 py-1 hover:bg-hover pointer-coarse:min-h-11',
            n === active && 'bg-hover',
          )}
        >
          <span className="min-w-0 truncate font-mono text-12">{item.text}</span>
          {item.hint !== undefined && <span className="ml-auto truncate text-12 text-fg-3">{item.hint}</span>}
        </div>
      ))}
    </div>
  )
}
