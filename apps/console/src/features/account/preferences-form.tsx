'use client'

import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import { Checkbox } from '../../ui/checkbox.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import type { Zone } from '../../ui/format.ts'
import { usePreferences } from '../../ui/preferences-provider.tsx'
import { useZone } from '../../ui/time.tsx'
import { text } from './text.ts'

export function PreferencesForm() {
  const words = text.preferences
  const { zone, setZone } = useZone()
  const { preferences, prefer } = usePreferences()
  return (
    <div className="flex flex-col gap-4">
      <p className="text-12 text-fg-3">{words.lead}</p>
      <RadioGroup
        name="zone"
        label={words.zone}
        isRow
        value={zone.mode}
        onChange={(mode) => setZone({ ...zone, mode, timeZone: zoneOf(mode) })}
        choices={(['utc', 'local', 'relative'] as const).map((value) => ({ value, label: words[value] }))}
      />
      <RadioGroup
        name="hours"
        label={words.hours}
        isRow
        value={zone.hours === 12 ? '12' : '24'}
        onChange={(hours) => setZone({ ...zone, hours: hours === '12' ? 12 : 24 })}
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
        onChange={(density) => prefer({ density })}
        choices={(['compact', 'comfortable'] as const).map((value) => ({ value, label: words[value] }))}
      />
      <Theme />
      <Checkbox
        name="shortcuts"
        label={words.shortcuts}
        hint={words.shortcutsHint}
        isChecked={preferences.shortcuts === 'on'}
        onChange={(isOn) => prefer({ shortcuts: isOn ? 'on' : 'off' })}
      />
    </div>
  )
}

function Theme() {
  const words = text.preferences
  const { theme = 'system', setTheme } = useTheme()
  // The server does not know it: the choice is shown once the page runs.
  const [isMounted, setMounted] = useState(false)
  useEffect(() => setMounted(true), [])
  return (
    <RadioGroup
      name="theme"
      label={words.theme}
      isRow
      value={isMounted ? theme : ''}
      onChange={setTheme}
      choices={(['system', 'light', 'dark'] as const).map((value) => ({ value: value as string, label: words[value] }))}
    />
  )
}

function zoneOf(mode: Zone['mode']): string {
  return mode === 'utc' ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone
}
