'use client'

import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cn } from './class-names.ts'
import { controlClass } from './field.tsx'

/** While somebody types, nothing is asked. */
const pauseMs = 250

/** A search above a list; tells what was typed, without blanks around it, once the typing rests. */
export function SearchField({
  label,
  initial,
  onSearch,
  className,
}: {
  readonly label: string
  readonly initial: string
  readonly onSearch: (text: string) => void
  readonly className?: string
}) {
  const [text, setText] = useState(initial)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <span className={cn('relative w-64 max-sm:w-full', className)}>
      <Search aria-hidden size={14} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3" />
      <input
        type="search"
        data-control="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget
          setText(value)
          clearTimeout(timer.current)
          timer.current = setTimeout(() => onSearch(value.trim()), pauseMs)
        }}
        className={cn(controlClass, 'h-7 pl-8 pointer-coarse:h-11')}
      />
    </span>
  )
}
