import type { ComponentProps } from 'react'
import { cn } from './class-names.ts'

/** A real table: rows of 32 px, a head that stays. */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return <table {...rest} className={cn('w-full border-separate border-spacing-0 text-13', className)} />
}

export function Th({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      {...rest}
      className={cn(
        'sticky top-12 z-[5] h-8 whitespace-nowrap border-line border-b bg-bg px-3 text-left font-medium text-12 text-fg-3 first:pl-4 last:pr-4',
        className,
      )}
    />
  )
}

export function Td({ className, ...rest }: ComponentProps<'td'>) {
  return <td {...rest} className={cn('h-(--row) border-line border-b px-3 first:pl-4 last:pr-4', className)} />
}

export function Tr({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr {...rest} className={cn('group hover:bg-hover', className)} />
}
