'use client'

import { useEffect, useState } from 'react'
import { Field, Input } from '../../ui/field.tsx'
import { proposeSlug, slugForm } from './slug.ts'
import { text } from './text.ts'

type Props = {
  readonly errors: Readonly<Record<string, string>>
  readonly origin: string
  readonly currentSlug?: string
}

/** Name and address; the address follows the name until it is typed itself, and is looked up while typing. */
export function OrganizationFields({ errors, origin, currentSlug }: Props) {
  const [typed, setTyped] = useState<string>()
  const [proposed, setProposed] = useState('')
  const slug = typed ?? proposed
  const isTaken = useIsTaken(slug === currentSlug ? '' : slug)
  const error = errors.slug ?? (isTaken ? text.slugTaken : undefined)
  return (
    <>
      <Field name="name" label={text.organizationName} error={errors.name}>
        <Input required maxLength={200} onChange={(event) => setProposed(proposeSlug(event.currentTarget.value))} />
      </Field>
      <Field
        name="slug"
        label={text.slug}
        error={error}
        hint={
          slugForm.test(slug) ? (
            <span className="break-all">
              {origin}/<span className="font-medium text-fg-2">{slug}</span>
            </span>
          ) : (
            text.slugHint
          )
        }
      >
        <Input
          required
          maxLength={40}
          value={slug}
          spellCheck={false}
          autoCapitalize="none"
          className="font-mono text-12"
          onChange={(event) => setTyped(event.currentTarget.value.toLowerCase())}
        />
      </Field>
    </>
  )
}

const pauseMs = 250

function useIsTaken(slug: string): boolean {
  const [taken, setTaken] = useState<string>()
  useEffect(() => {
    if (!slugForm.test(slug)) return
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      // Live help only: without an answer the form's own one says it.
      const response = await fetch(`/api/slug/${slug}`, { signal: stop.signal }).catch(() => undefined)
      const answer: unknown = response?.ok ? await response.json() : undefined
      if (typeof answer === 'object' && answer !== null && 'taken' in answer && answer.taken === true) setTaken(slug)
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [slug])
  return taken === slug
}
