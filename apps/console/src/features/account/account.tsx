'use client'

import { Fact, Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/states.tsx'
import { NameForm } from './name-form.tsx'
import { PasswordForm } from './password-form.tsx'
import { PreferencesForm } from './preferences-form.tsx'
import { SessionList } from './session-list.tsx'
import type { SessionRow } from './session-row.ts'
import { text } from './text.ts'

type Props = { readonly email: string; readonly name: string | null; readonly sessions: readonly SessionRow[] }

export function Account({ email, name, sessions }: Props) {
  return (
    <>
      <Section title={text.profile.title}>
        <Facts className="mb-4">
          <Fact label={text.profile.email}>{email}</Fact>
        </Facts>
        <NameForm name={name} />
      </Section>
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
