import { Field, Input } from '../../ui/field.tsx'
import { text } from './text.ts'

/** Of somebody who is about to get an account. */
export function PersonNameField({ error }: { readonly error: string | undefined }) {
  return (
    <Field name="personName" label={text.personName} hint={text.personNameHint} error={error} isOptional>
      <Input autoComplete="name" maxLength={80} />
    </Field>
  )
}
