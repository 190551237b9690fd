'use client'

import type { PersonPreferences } from '@eventmesh/db'
import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { FormFault } from '../../ui/form.tsx'
import { type Theme, themes } from '../../ui/preferences.ts'
import { usePreferences } from '../../ui/preferences-provider.tsx'
import { send } from '../../ui/send.ts'
import { browserZone, useZone } from '../../ui/time.tsx'
import { savePreferences } from './actions.ts'
import { text } from './text.ts'

/** Each applies here at once and is kept with the account; the switches of the rail are for this browser alone. */
export function PreferencesForm() {
  const words = text.preferences
  const { zone, setZone } = useZone()
  const { preferences, prefer } = usePreferences()
  const [fault, setFault] = useState<ActionFault>()

  async function keep(change: PersonPreferences) {
    const result = await send(() => savePreferences(change))
    setFault(result.ok ? undefined : result)
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-12 text-fg-3">{words.lead}</p>
      <FormFault fault={fault} />
      <RadioGroup
        name="zone"
        label={words.zone}
        isRow
        value={zone.mode}
        onChange={(mode) => {
          setZone({ ...zone, mode, timeZone: mode === 'utc' ? 'UTC' : browserZone() })
          void keep({ zone: mode })
        }}
        choices={(['utc', 'local', 'relative'] as const).map((value) => ({ value, label: words[value] }))}
      />
      <RadioGroup
        name="hours"
        label={words.hours}
        isRow
        value={zone.hours === 12 ? '12' : '24'}
        onChange={(value) => {
          const hours = value === '12' ? 12 : 24
          setZone({ ...zone, hours })
          void keep({ hours })
        }}
        choices={[
          { value: '24', label: words.hours24 },
          { value: '12', label: words.hours12 },
        ]}
      />
      <RadioGroup
        name="density"
        label={words.density}
        isRow
        value={preferences.density}
        onChange={(density) => {
          prefer({ density })
          void keep({ density })
        }}
        choices={(['compact', 'comfortable'] as const).map((value) => ({ value, label: words[value] }))}
      />
      <ThemeChoice
        onChange={(theme) => {
          prefer({ theme })
          void keep({ theme })
        }}
      />
      <Checkbox
        name="shortcuts"
        label={words.shortcuts}
        hint={words.shortcutsHint}
        isChecked={preferences.shortcuts === 'on'}
        onChange={(isOn) => {
          const shortcuts = isOn ? 'on' : 'off'
          prefer({ shortcuts })
          void keep({ shortcuts })
        }}
      />
    </div>
  )
}

function ThemeChoice({ onChange }: { readonly onChange: (theme: Theme) => void }) {
  const words = text.preferences
  const { theme } = useTheme()
  // The server does not know what is in use: the choice is shown once the page runs.
  const [isMounted, setMounted] = useState(false)
  useEffect(() => setMounted(true), [])
  return (
    <RadioGroup<Theme | ''>
      name="theme"
      label={words.theme}
      isRow
      value={isMounted ? (themes.find((each) => each === theme) ?? 'system') : ''}
      onChange={(chosen) => chosen !== '' && onChange(chosen)}
      choices={themes.map((value) => ({ value, label: words[value] }))}
    />
  )
}
