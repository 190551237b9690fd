import { cn } from './class-names.ts'
import { Copy } from './copy.tsx'

/** The full id in mono, with its copy button. */
export function Id({
  id,
  label,
  className,
}: {
  readonly id: string
  readonly label: string
  readonly className?: string
}) {
  return (
    <span className={cn('inline-flex min-w-0 items-center gap-1', className)}>
      <code className="min-w-0 break-all">{id}</code>
      <Copy text={id} label={label} className="-my-0.5 pointer-coarse:-my-1" />
    </span>
  )
}
