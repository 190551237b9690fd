'use client'

import { Button, LinkButton } from '../../ui/button.tsx'
import { text } from './text.ts'

export function AddSourceButton({ slug, canAdd }: { readonly slug: string; readonly canAdd: boolean }) {
  if (!canAdd) {
    return (
      <Button data-control="new" kind="primary" size="small" disabledReason={text.needsWrite}>
        {text.add}
      </Button>
    )
  }
  return (
    <LinkButton data-control="new" kind="primary" size="small" href={`/${slug}/sources/new`}>
      {text.add}
    </LinkButton>
  )
}
