import { cn } from '../../ui/class-names.ts'
import { duration } from '../../ui/format.ts'
import { text } from './text.ts'
import type { Step } from './timeline-steps.ts'

const words = text.detail

/** How long each step took; red is the one that ended it. */
export function Timeline({ steps }: { readonly steps: readonly Step[] }) {
  const max = Math.max(0.1, ...steps.map(({ ms }) => ms ?? 0))
  return (
    <ol className="m-0 flex list-none flex-col gap-1 p-0">
      {steps.map(({ step, ms, fault }) => (
        <li key={step} className="grid grid-cols-[96px_minmax(0,1fr)_72px] items-center gap-x-3">
          <span className={fault === undefined ? 'text-fg-2' : 'font-medium text-bad-text'}>{step}</span>
          <span
            aria-hidden
            className={cn('rounded-full', barOf(ms, fault))}
            style={{ width: ms === null ? '100%' : `${Math.max(1, (ms / max) * 100)}%` }}
          />
          <span className="tabular text-right text-fg-2">
            {ms === null ? (fault === undefined ? words.passed : '') : duration(ms)}
          </span>
          {fault !== undefined && (
            <span className="col-span-2 col-start-2 text-12 text-bad-text">
              {words.endedHere(fault.afterMs === null ? '' : duration(fault.afterMs))} <code>{fault.reason}</code>
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}

function barOf(ms: number | null, fault: Step['fault']): string {
  if (fault !== undefined) return 'h-1.5 bg-bad'
  return ms === null ? 'h-px bg-line-strong' : 'h-1.5 bg-accent opacity-80'
}
