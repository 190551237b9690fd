import { Check } from 'lucide-react'
import { cn } from '../../ui/class-names.ts'
import { text } from './text.ts'

export function Steps({ at }: { readonly at: 0 | 1 | 2 }) {
  return (
    <ol aria-label={text.adding.title} className="m-0 flex list-none flex-wrap gap-x-6 gap-y-1 p-0 text-12">
      {text.adding.steps.map((step, n) => (
        <li
          key={step}
          aria-current={n === at ? 'step' : undefined}
          className={cn('flex items-center gap-2', n === at ? 'font-medium text-fg' : 'text-fg-3')}
        >
          <span
            className={cn(
              'grid size-5 place-items-center rounded-full border text-11',
              n === at ? 'border-accent bg-accent text-accent-fg' : 'border-line-strong',
            )}
          >
            {n < at ? <Check aria-label={text.adding.done} size={12} /> : n + 1}
          </span>
          {step}
        </li>
      ))}
    </ol>
  )
}
