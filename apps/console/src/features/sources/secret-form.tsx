'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Field, Textarea } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { Prose } from '../../ui/prose.tsx'
import { addSecrets } from './actions.ts'
import { newSecret } from './new-secret.ts'
import type { ProviderSheet } from './provider-sheet.ts'
import { text } from './text.ts'

const { adding, secrets } = text

type Props = {
  readonly slug: string
  readonly sourceId: string
  readonly secret: ProviderSheet['secret']
  readonly disabledReason: string | undefined
  readonly submit: string
  /** With what is doubtful about the secrets that were taken. */
  readonly onSaved: (warnings: readonly string[]) => void
}

/** Write-only: what is saved here is never shown again. */
export function SecretForm({ slug, sourceId, secret, disabledReason, submit, onSaved }: Props) {
  const [value, setValue] = useState('')
  const [isOurs, setOurs] = useState(false)
  const form = useForm(
    () => addSecrets(slug, { id: sourceId, secret: value }),
    ({ warnings }) => {
      setValue('')
      onSaved(warnings)
    },
  )
  const hint = `${secret.hint.charAt(0).toUpperCase()}${secret.hint.slice(1)}. ${secrets.linesHint}`
  return (
    <form onSubmit={form.onSubmit} noValidate className="flex flex-col gap-3">
      <FormFault fault={form.fault} />
      {secret.isOptional && <p className="text-fg-2">{adding.secretOptional}</p>}
      <Field
        name="secret"
        label={adding.secret}
        isOptional={secret.isOptional}
        hint={isOurs ? adding.generated : <Prose text={hint} />}
        error={form.errors.secret}
      >
        <Textarea
          rows={secret.form === 'pem' || secret.form === 'jwk' ? 6 : 2}
          autoComplete="off"
          autoCapitalize="none"
          value={value}
          onChange={(event) => {
            setValue(event.currentTarget.value)
            setOurs(false)
          }}
        />
      </Field>
      <span className="flex flex-wrap gap-2 max-sm:*:w-full">
        <Button type="submit" kind="primary" isPending={form.isPending} disabledReason={disabledReason}>
          {submit}
        </Button>
        {secret.isChosen && !isOurs && disabledReason === undefined && (
          <Button
            onClick={() => {
              setValue(newSecret(secret.form))
              setOurs(true)
            }}
          >
            {adding.generate}
          </Button>
        )}
        {isOurs && <CopyButton text={value} label={adding.copySecret} isSticky />}
      </span>
    </form>
  )
}
