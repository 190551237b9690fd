'use client'

import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { cn } from './class-names.ts'

type Props = {
  readonly children: ReactNode
  readonly label: string
  readonly separatorLabel: string
  /** Under which the width is remembered. */
  readonly name: string
  /** `over`: it lies over the page, whose own width stays. */
  readonly place: 'beside' | 'over'
}

const width = { min: 360, max: 720, start: 400, step: 16 }

/** A panel at the right edge, as wide as somebody draws it: by the pointer, or with the arrows of its separator. */
export function SplitPanel({ children, label, separatorLabel, name, place }: Props) {
  const [px, setPx] = useState(width.start)
  const drag = useRef<{ readonly x: number; readonly px: number }>(undefined)
  const key = `em-width-${name}`
  useEffect(() => {
    const saved = Number(window.localStorage.getItem(key))
    if (saved >= width.min && saved <= width.max) setPx(saved)
  }, [key])

  const resize = (next: number) => setPx(Math.round(Math.min(width.max, Math.max(width.min, next))))
  const save = (next: number) => window.localStorage.setItem(key, String(next))
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowLeft: px + width.step, ArrowRight: px - width.step, Home: width.max, End: width.min }[event.key]
    if (next === undefined) return
    event.preventDefault()
    const within = Math.min(width.max, Math.max(width.min, next))
    resize(within)
    save(within)
  }
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current !== undefined) resize(drag.current.px + drag.current.x - event.clientX)
  }
  return (
    <aside
      aria-label={label}
      style={{ width: px }}
      className={cn(
        'flex shrink-0 bg-surface',
        place === 'beside'
          ? 'sticky top-12 h-[calc(100dvh-48px)]'
          : 'fixed inset-y-0 right-0 z-20 max-w-[calc(100vw-56px)] shadow-popover',
      )}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a rule between two lines of text cannot be moved. */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={separatorLabel}
        aria-valuenow={px}
        aria-valuemin={width.min}
        aria-valuemax={width.max}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.clientX, px }
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = undefined
          save(px)
        }}
        className="absolute inset-y-0 -left-1 z-[8] w-2 cursor-col-resize touch-none border-line border-l bg-transparent hover:border-line-strong"
        style={{ marginLeft: 4 }}
      />
      <div className="flex min-w-0 flex-1 flex-col overflow-y-auto">{children}</div>
    </aside>
  )
}
