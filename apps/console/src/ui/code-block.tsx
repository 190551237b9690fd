import { cn } from './class-names.ts'
import { Copy } from './copy.tsx'
import { scrollRegion } from './scroll-region.ts'

export function CodeBlock({
  text,
  label,
  isWrapped = false,
  copyText,
  className,
}: {
  readonly text: string
  readonly label: string
  readonly isWrapped?: boolean
  readonly copyText?: string
  readonly className?: string
}) {
  return (
    <div className={cn('relative rounded-control border border-line bg-bg', className)}>
      <pre
        {...scrollRegion(label)}
        className={cn(
          'm-0 overflow-x-auto px-3 py-2.5 pr-10 leading-5 pointer-coarse:pr-12',
          isWrapped && 'whitespace-pre-wrap break-words',
        )}
      >
        {text}
      </pre>
      <Copy
        text={copyText ?? text}
        label={`Copy ${label.toLowerCase()}`}
        className="absolute top-px right-px size-8 bg-bg"
      />
    </div>
  )
}
