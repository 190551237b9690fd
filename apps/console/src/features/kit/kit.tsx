'use client'

import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import { PageHeader } from '../../ui/page-header.tsx'
import { Select } from '../../ui/select.tsx'
import { ButtonKit } from './buttons.tsx'
import { DialogKit } from './dialogs.tsx'
import { FieldKit } from './fields.tsx'
import { FigureKit } from './figures.tsx'
import { FrameKit } from './frames.tsx'
import { MenuKit } from './menus.tsx'
import { StateKit } from './states.tsx'
import { WordKit } from './words.tsx'

/** Every wrapper of `ui/` in every state; a wrapper that is missing here fails `kit.test.ts`. */
export function Kit() {
  return (
    <main>
      <PageHeader title="Kit" actions={<ThemeSelect />} />
      <div className="mx-auto max-w-6xl px-4 pb-24 *:first:*:first:border-t-0">
        <ButtonKit />
        <FieldKit />
        <MenuKit />
        <DialogKit />
        <WordKit />
        <FigureKit />
        <StateKit />
        <FrameKit />
      </div>
    </main>
  )
}

const themes = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

function ThemeSelect() {
  const { theme = 'system', setTheme } = useTheme()
  // The server knows no theme: until mounted, both say the same.
  const [isMounted, setMounted] = useState(false)
  useEffect(() => setMounted(true), [])
  return (
    <Select
      name="theme"
      label="Theme"
      value={isMounted ? theme : 'system'}
      onChange={setTheme}
      choices={themes}
      className="w-28"
    />
  )
}
