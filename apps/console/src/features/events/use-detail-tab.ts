import { useEffect } from 'react'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { useStable } from '../../ui/use-stable.ts'
import { type DetailTab, tabOfKey } from './detail-tabs.ts'
import { useAddress } from './use-address.ts'

/** The open part stands in the address. */
export function useDetailTab(values: readonly DetailTab[]) {
  const { params, replace } = useAddress()
  const given = params.get('tab')
  // Who opens a refusal asks what its sender was told.
  const first = values.find((value) => value === 'answer') ?? values[0]
  const tab = values.find((value) => value === given) ?? first
  const showTab = useStable((value: string) => {
    const next = new URLSearchParams(params)
    if (value === first) next.delete('tab')
    else next.set('tab', value)
    replace(next)
  })
  const onKey = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
    const value = tabOfKey(event.key, values)
    if (value !== undefined) showTab(value)
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onKey])
  return { tab, showTab }
}
