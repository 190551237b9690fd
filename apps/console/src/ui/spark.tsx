import { cn } from './class-names.ts'

export type Bar = { readonly accepted: number; readonly rejected: number }

/** Small bars, the rejected part in red; `label` says the same in words. */
export function Spark({
  bars,
  label,
  className,
}: {
  readonly bars: readonly Bar[]
  readonly label: string
  readonly className?: string
}) {
  const max = Math.max(1, ...bars.map(({ accepted, rejected }) => accepted + rejected))
  const height = (n: number) => (n === 0 ? 0 : Math.max(1.5, (n / max) * 20))
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${bars.length * 4} 20`}
      preserveAspectRatio="none"
      className={cn('block h-5 w-24', className)}
    >
      <title>{label}</title>
      {bars.map((bar, n) => {
        const accepted = height(bar.accepted)
        const rejected = height(bar.rejected)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
          <g key={n}>
            <rect x={n * 4} y={19.5} width={3} height={0.5} fill="var(--line-strong)" />
            <rect x={n * 4} y={20 - accepted} width={3} height={accepted} fill="var(--fg-3)" opacity={0.7} />
            <rect x={n * 4} y={20 - accepted - rejected} width={3} height={rejected} fill="var(--bad)" />
          </g>
        )
      })}
    </svg>
  )
}
