'use client'

import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { Field, Input } from '../../ui/field.tsx'
import { Prose } from '../../ui/prose.tsx'
import { Select } from '../../ui/select.tsx'
import type { ProviderOption } from './provider-sheet.ts'
import { text } from './text.ts'

/** Fields of a form are flat: an option's name is told apart from the form's own by this. */
const prefix = 'option.'

export function optionsIn(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}

type Props = {
  readonly options: readonly ProviderOption[]
  readonly given: Readonly<Record<string, string>>
  readonly errors: Readonly<Record<string, string>>
}

/** What a provider needs stands open; what any source may have is folded away until one of it is set or wrong. */
export function OptionFields({ options, given, errors }: Props) {
  const needed = options.filter(({ isRequired }) => isRequired)
  const others = options.filter(({ isRequired }) => !isRequired)
  const isOpen = others.some(({ name }) => given[name] !== undefined || errors[`${prefix}${name}`] !== undefined)
  return (
    <>
      {needed.map((option) => (
        <OptionField
          key={option.name}
          option={option}
          value={given[option.name]}
          error={errors[`${prefix}${option.name}`]}
        />
      ))}
      <details open={isOpen || undefined} className="group">
        <summary className="flex cursor-default select-none list-none items-center gap-1.5 text-fg-2 hover:text-fg">
          <ChevronRight aria-hidden size={14} className="transition-transform group-open:rotate-90" />
          {text.adding.options}
        </summary>
        <div className="mt-3 flex flex-col gap-4">
          {others.map((option) => (
            <OptionField
              key={option.name}
              option={option}
              value={given[option.name]}
              error={errors[`${prefix}${option.name}`]}
            />
          ))}
        </div>
      </details>
    </>
  )
}

function OptionField({
  option,
  value,
  error,
}: {
  readonly option: ProviderOption
  readonly value: string | undefined
  readonly error: string | undefined
}) {
  const [chosen, setChosen] = useState(value ?? option.initial ?? '')
  const name = `${prefix}${option.name}`
  return (
    <Field
      name={name}
      label={<code>{option.name}</code>}
      hint={<Prose text={`${option.doc.charAt(0).toUpperCase()}${option.doc.slice(1)}.`} />}
      error={error}
      isOptional={!option.isRequired}
    >
      {option.values === null ? (
        <Input defaultValue={value ?? option.initial ?? ''} maxLength={2_048} spellCheck={false} />
      ) : (
        <Select
          name={name}
          label={option.name}
          value={chosen}
          onChange={setChosen}
          choices={option.values.map((each) => ({ value: each, label: each }))}
        />
      )}
    </Field>
  )
}
