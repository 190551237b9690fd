'use client'

import type { MouseEvent, ReactNode } from 'react'
import { useListKeys } from '../../ui/use-list-keys.ts'

/** A click anywhere in a row is one on its link, and the keys of lists walk the rows; `c` copies what one is about. */
export function OpenRows({
  targets,
  children,
}: {
  readonly targets: readonly { readonly id: string; readonly targetId: string }[]
  readonly children: ReactNode
}) {
  useListKeys({
    mark: 'data-row',
    ids: () => targets.map(({ id }) => id),
    copyOf: (id) => targets.find((target) => target.id === id)?.targetId ?? id,
  })
  const onClick = ({ target }: MouseEvent) => {
    if (!(target instanceof Element) || target.closest('a, button') !== null) return
    if (window.getSelection()?.toString() !== '') return
    target.closest('[data-row]')?.querySelector<HTMLElement>('[data-open]')?.click()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer alone.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has the link of each row.
    <div className="[&_[data-row]]:cursor-pointer" onClick={onClick}>
      {children}
    </div>
  )
}
