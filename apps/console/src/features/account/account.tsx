'use client'

import { Section } from '../../ui/states.tsx'
import { PasswordForm } from './password-form.tsx'
import { PreferencesForm } from './preferences-form.tsx'
import { SessionList } from './session-list.tsx'
import type { SessionRow } from './session-row.ts'
import { text } from './text.ts'

export function Account({ email, sessions }: { readonly email: string; readonly sessions: readonly SessionRow[] }) {
  return (
    <>
      <p className="text-fg-2">
        <span className="font-medium text-fg">{email}</span>
      </p>
      <Section title={text.preferences.title}>
        <PreferencesForm />
      </Section>
      <Section title={text.password.title}>
        <PasswordForm email={email} />
      </Section>
      <SessionList sessions={sessions} />
    </>
  )
}
