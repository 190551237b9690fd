'use client'

import {
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { type OnDemand, usePart } from '../on-demand.ts'

type Attributes = Readonly<Record<string, unknown>>

/** Between the element on the page and the popup's code, which comes later and takes the element over. */
type Link = { element: HTMLElement | null; adopt: (attributes: Attributes) => void }

type Props<Part> = {
  readonly trigger: ReactElement<Attributes>
  readonly opens: 'menu' | 'listbox'
  readonly part: OnDemand<Part>
  /** Draws the popup; its trigger's `render` is `adopted`. */
  readonly children: (part: Part, adopted: ReactElement) => ReactNode
}

/**
 * A trigger that is on the page before its popup's code is. The code is loaded when a pointer or the focus comes near and
 * from then on drives the very same element, so that nothing moves and the focus stays; a click or a key that came
 * before it is done again then.
 */
export function PopupTrigger<Part extends object>({ trigger, opens, part, children }: Props<Part>) {
  const [isWanted, setWanted] = useState(false)
  const [link] = useState<Link>(() => ({ element: null, adopt: () => undefined }))
  const loaded = usePart(part, isWanted, () => setWanted(false))
  return (
    <>
      <Trigger link={link} trigger={trigger} opens={opens} isAwaited={isWanted} onInterest={() => setWanted(true)} />
      {loaded !== undefined && children(loaded, <Adopted link={link} />)}
    </>
  )
}

type TriggerProps = Pick<Props<object>, 'trigger' | 'opens'> & {
  readonly link: Link
  /** Its code is on its way. */
  readonly isAwaited: boolean
  readonly onInterest: () => void
}

function Trigger({ link, trigger, opens, isAwaited, onInterest }: TriggerProps) {
  const [adopted, setAdopted] = useState<Attributes>()
  const missed = useRef<() => void>(undefined)
  useLayoutEffect(() => {
    link.adopt = setAdopted
  }, [link])
  const isAdopted = adopted !== undefined
  useEffect(() => {
    if (isAdopted) missed.current?.()
    if (isAdopted || !isAwaited) missed.current = undefined
  }, [isAdopted, isAwaited])

  const [ref] = useState(() => (element: HTMLElement | null) => {
    link.element = element
  })
  const own = adopted ?? {
    role: opens === 'listbox' ? 'combobox' : undefined,
    'aria-haspopup': opens,
    'aria-expanded': false,
    onPointerEnter: onInterest,
    onFocus: onInterest,
    onClick({ currentTarget, nativeEvent }: MouseEvent<HTMLElement>) {
      missed.current = () => clickAgain(currentTarget, nativeEvent)
      onInterest()
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const { currentTarget, key } = event
      if (key !== 'ArrowDown' && key !== 'ArrowUp') return
      event.preventDefault()
      missed.current = () => currentTarget.dispatchEvent(new window.KeyboardEvent('keydown', { key, ...again }))
      onInterest()
    },
  }
  return cloneElement(trigger, { ...joined(own, trigger.props), ref })
}

/** Stands where the popup's code would draw its own trigger, and hands on what that would have been given. */
function Adopted({ link, ref, ...attributes }: Attributes & { readonly link: Link; readonly ref?: Ref<unknown> }) {
  useImperativeHandle(ref, () => link.element, [link])
  useLayoutEffect(() => link.adopt(attributes))
  return null
}

const again = { bubbles: true, cancelable: true }

/** The whole press: what opens on the way down, and by which kind of pointer, is the popup's matter. */
function clickAgain(
  element: HTMLElement,
  { detail, pointerType = 'mouse' }: globalThis.MouseEvent & { pointerType?: string },
) {
  if (detail > 0) {
    const press = { ...again, pointerType, detail, pressure: 0.5, width: 2, height: 2 }
    element.dispatchEvent(new PointerEvent('pointerdown', press))
    element.dispatchEvent(new window.MouseEvent('mousedown', press))
    element.dispatchEvent(new window.MouseEvent('mouseup', press))
  }
  element.dispatchEvent(new window.MouseEvent('click', { ...again, detail }))
}

/** The element's own attributes win; of handlers both are called, its own first. */
function joined(own: Attributes, trigger: Attributes): Attributes {
  const all: Record<string, unknown> = { ...own }
  for (const [name, value] of Object.entries(trigger)) {
    const other = own[name]
    if (typeof value === 'function' && typeof other === 'function') {
      all[name] = (...args: readonly unknown[]) => {
        value(...args)
        other(...args)
      }
    } else if (value !== undefined) all[name] = value
  }
  return all
}
