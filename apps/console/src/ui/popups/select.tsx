'use client'

import { Select as Base } from '@base-ui/react/select'
import { Check } from 'lucide-react'
import type { ReactElement } from 'react'
import { useLayer } from '../layer.tsx'
import type { SelectProps } from '../select.tsx'

export function Popup<Value extends string>({
  trigger,
  id,
  value,
  onChange,
  choices,
  disabledReason,
}: Pick<SelectProps<Value>, 'value' | 'onChange' | 'choices' | 'disabledReason'> & {
  readonly trigger: ReactElement
  /** The trigger’s, where a field gave it one. */
  readonly id: string | undefined
}) {
  const layer = useLayer()
  return (
    <Base.Root
      {...(id === undefined ? {} : { id })}
      value={value}
      onValueChange={(next) => {
        // Null comes where the choice that was current is no longer one: nobody chose that.
        if (next !== null) onChange(next as Value)
      }}
      readOnly={disabledReason !== undefined}
      items={choices.map((choice) => ({ value: choice.value, label: choice.label }))}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="popup max-h-80 min-w-[var(--anchor-width)] overflow-y-auto rounded-card bg-raised p-1 shadow-popover outline-none">
            {choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                disabled={choice.disabledReason !== undefined}
                className="flex min-h-7 cursor-default select-none items-center gap-2 rounded-[4px] py-1 pr-2 pl-2 text-13 outline-none data-disabled:text-fg-3 data-highlighted:bg-hover pointer-coarse:min-h-11"
              >
                <span className="grid size-4 place-items-center text-accent-text">
                  <Base.ItemIndicator>
                    <Check aria-hidden size={14} />
                  </Base.ItemIndicator>
                </span>
                <Base.ItemText>{choice.label}</Base.ItemText>
                {choice.disabledReason !== undefined && (
                  <span className="ml-auto pl-3 text-11">{choice.disabledReason}</span>
                )}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
