'use client'

import { createContext, type ReactElement, type ReactNode, useContext } from 'react'
import { onDemand } from './on-demand.ts'
import { PopupTrigger } from './popups/popup-trigger.tsx'

type Parts = typeof import('./popups/menu.tsx')

const parts = onDemand<Parts>(() => import('./popups/menu.tsx'))
const Context = createContext<Parts | undefined>(undefined)

export function Menu({
  trigger,
  children,
  align = 'end',
  className,
}: {
  readonly trigger: ReactElement<Readonly<Record<string, unknown>>>
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
  readonly className?: string
}) {
  return (
    <PopupTrigger trigger={trigger} opens="menu" part={parts}>
      {(loaded, adopted) => (
        <Context value={loaded}>
          <loaded.Popup trigger={adopted} align={align} className={className}>
            {children}
          </loaded.Popup>
        </Context>
      )}
    </PopupTrigger>
  )
}

/** Only an open menu draws its items, and it is open once its code is there. */
function useMenuParts(): Parts {
  const loaded = useContext(Context)
  if (loaded === undefined) throw new Error('outside of a menu')
  return loaded
}

export type MenuItemProps = {
  readonly children: ReactNode
  readonly onClick?: () => void
  readonly isDanger?: boolean
  readonly disabledReason?: string | undefined
  readonly render?: ReactElement
}

export function MenuItem(props: MenuItemProps) {
  const { Item } = useMenuParts()
  return <Item {...props} />
}

export function MenuSeparator() {
  const { Separator } = useMenuParts()
  return <Separator />
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <div className="px-2 py-1 text-11 text-fg-3">{children}</div>
}

export type MenuCheckItemProps = {
  readonly children: ReactNode
  readonly isChecked: boolean
  readonly onChange: (isChecked: boolean) => void
}

/** Stays open, so that several can be chosen. */
export function MenuCheckItem(props: MenuCheckItemProps) {
  const { CheckItem } = useMenuParts()
  return <CheckItem {...props} />
}
