'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { type Tab, Tabs } from '../../ui/tabs.tsx'

/** The open tab stands in the address; changing it asks the server for nothing. */
export function SourceTabs({ tabs, label }: { readonly tabs: readonly Tab[]; readonly label: string }) {
  const path = usePathname()
  const params = useSearchParams()
  const asked = params.get('tab')
  const first = tabs[0]?.value ?? ''
  return (
    <Tabs
      label={label}
      tabs={tabs}
      value={tabs.some(({ value }) => value === asked) ? (asked ?? first) : first}
      onChange={(value) => window.history.replaceState(null, '', value === first ? path : `${path}?tab=${value}`)}
    />
  )
}
