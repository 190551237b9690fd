'use client'

import { useState } from 'react'
import type { ActionFault, ActionResult } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { type Choice, RadioGroup } from '../../ui/choice.tsx'
import { Field, Input, PasswordInput, Textarea } from '../../ui/field.tsx'
import { FormFault, RequestId, useForm } from '../../ui/form.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { Specimen, State } from './specimen.tsx'

type Overlap = 'now' | 'hour' | 'day' | 'week'

const overlaps: readonly Choice<Overlap>[] = [
  { value: 'now', label: 'Now', hint: 'cuts off at once' },
  { value: 'hour', label: '1 hour', hint: 'until 15:32' },
  { value: 'day', label: '24 hours', hint: 'until tomorrow' },
  { value: 'week', label: '7 days', disabledReason: 'past its own expiry' },
]
const modes: readonly Choice<'live' | 'test'>[] = [
  { value: 'live', label: 'Live' },
  { value: 'test', label: 'Test' },
]

const requestId = '01a21479-cbff-7159-8df3-0dc87adc3ff1'
const fault: ActionFault = {
  ok: false,
  code: 'conflict',
  message: 'The key was rotated 10 s ago by bo@example.com.',
  requestId,
}

export function FieldKit() {
  const [overlap, setOverlap] = useState<Overlap>('day')
  const [isChecked, setChecked] = useState(true)
  const [mode, setMode] = useState<'live' | 'test'>('live')
  return (
    <>
      <Specimen name="SearchField">
        <State name="empty">
          <SearchField label="Name or last four" initial="" onSearch={() => undefined} />
        </State>
        <State name="filled">
          <SearchField label="Search by email" initial="ana@" onSearch={() => undefined} />
        </State>
      </Specimen>
      <Specimen name="Field">
        <State name="plain">
          <Field name="plain" label="Name">
            <Input placeholder="prod-backend" />
          </Field>
        </State>
        <State name="hint">
          <Field name="hint" label="Name" hint="1–64 characters">
            <Input defaultValue="prod-backend" />
          </Field>
        </State>
        <State name="optional">
          <Field name="optional" label="Description" isOptional>
            <Input />
          </Field>
        </State>
        <State name="fault">
          <Field name="faulty" label="Name" hint="1–64 characters" error="A usable key has this name already.">
            <Input defaultValue="prod-backend" />
          </Field>
        </State>
      </Specimen>
      <Specimen name="Input">
        <State name="empty">
          <Input aria-label="Empty" />
        </State>
        <State name="placeholder">
          <Input aria-label="With a placeholder" placeholder="order.created" />
        </State>
        <State name="filled, mono">
          <Input aria-label="Filled" defaultValue="2026-11-25 14:30:00" className="font-mono" />
        </State>
        <State name="read only">
          <Input aria-label="Read only" defaultValue="acme" readOnly />
        </State>
      </Specimen>
      <Specimen name="PasswordInput">
        <State name="hidden, may be shown">
          <Field name="password" label="Password" className="w-60">
            <PasswordInput defaultValue="four quiet lanterns" autoComplete="off" />
          </Field>
        </State>
        <State name="fault">
          <Field name="short-password" label="Password" error="At least 12 characters." className="w-60">
            <PasswordInput defaultValue="lanterns" autoComplete="off" />
          </Field>
        </State>
      </Specimen>
      <Specimen name="Textarea">
        <State name="plain">
          <Field name="ips" label="Allowed IPs" hint="One address or range a line" className="w-72">
            <Textarea rows={3} defaultValue={'10.0.0.0/8\n2001:db8::/32'} />
          </Field>
        </State>
        <State name="fault">
          <Field name="wrong-ips" label="Allowed IPs" error="Line 2 is no address." className="w-72">
            <Textarea rows={3} defaultValue={'10.0.0.0/8\nnowhere'} />
          </Field>
        </State>
      </Specimen>
      <Specimen name="Checkbox">
        <State name="chosen, with a hint">
          <Checkbox
            name="keys-required"
            label="Require an idempotency key"
            hint="Events without one are refused."
            isChecked={isChecked}
            onChange={setChecked}
          />
        </State>
        <State name="not chosen">
          <Checkbox
            name="keys-free"
            label="Take events without a key"
            isChecked={!isChecked}
            onChange={(is) => setChecked(!is)}
          />
        </State>
      </Specimen>
      <Specimen name="RadioGroup">
        <State name="hints, one that cannot be chosen">
          <div className="w-80">
            <RadioGroup name="overlap" label="Overlap" value={overlap} onChange={setOverlap} choices={overlaps} />
          </div>
        </State>
        <State name="in a row">
          <div className="w-80">
            <RadioGroup name="mode" label="Mode" value={mode} onChange={setMode} choices={modes} isRow />
          </div>
        </State>
      </Specimen>
      <Specimen name="Select">
        <State name="open it: one choice is off">
          <Select
            name="overlap-select"
            label="Overlap"
            value={overlap}
            onChange={setOverlap}
            choices={overlaps}
            className="w-44"
          />
        </State>
        <State name="not allowed">
          <Select
            name="mode-select"
            label="Mode"
            value={mode}
            onChange={setMode}
            choices={modes}
            disabledReason="Your role cannot change it"
            className="w-44"
          />
        </State>
      </Specimen>
      <Specimen name="FormFault">
        <State name="with the request's id">
          <FormFault fault={fault} />
        </State>
        <State name="nothing was sent">
          <FormFault fault={{ ...fault, message: 'You are offline. Nothing was sent.', requestId: '' }} />
        </State>
        <State name="sent: faults go to their fields, the focus to the first">
          <FaultyForm />
        </State>
      </Specimen>
      <Specimen name="RequestId">
        <State name="plain">
          <RequestId id={requestId} />
        </State>
      </Specimen>
    </>
  )
}

const answerMs = 600

function FaultyForm() {
  const { onSubmit, errors, fault: whole, isPending } = useForm(answer, () => undefined)
  return (
    <form onSubmit={onSubmit} noValidate className="flex w-72 flex-col gap-3">
      <Field name="first" label="Name" hint="Empty is a fault of this field" error={errors.first}>
        <Input />
      </Field>
      <FormFault fault={whole} />
      <Button type="submit" kind="primary" isPending={isPending}>
        Send form
      </Button>
    </form>
  )
}

async function answer({ first }: Readonly<Record<string, string>>): Promise<ActionResult<undefined>> {
  await new Promise((resolve) => setTimeout(resolve, answerMs))
  return first ? fault : { ...fault, code: 'invalid', message: '', fieldErrors: { first: 'Give it a name.' } }
}
