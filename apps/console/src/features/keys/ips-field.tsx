'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Field, Textarea } from '../../ui/field.tsx'
import { text } from './text.ts'

type Props = { readonly error: string | undefined; readonly ownIp: string; readonly initial?: readonly string[] }

export function IpsField({ error, ownIp, initial = [] }: Props) {
  const [value, setValue] = useState(initial.join('\n'))
  return (
    <Field
      name="allowedIps"
      label={
        <span className="flex items-center justify-between gap-2">
          {text.allowedIps}
          <Button
            kind="quiet"
            size="small"
            className="-my-1"
            onClick={() => setValue((before) => [...linesOf(before), ownIp].join('\n'))}
          >
            {text.addMyIp}
          </Button>
        </span>
      }
      hint={text.allowedIpsHint}
      error={error}
    >
      <Textarea rows={3} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
    </Field>
  )
}

export function linesOf(value: string): string[] {
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
