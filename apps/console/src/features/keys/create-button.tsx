'use client'

import { Button } from '../../ui/button.tsx'
import { opensDialog } from '../../ui/dialog.tsx'
import { useKeyDialogs } from './key-dialogs.tsx'
import { text } from './text.ts'

export function CreateKeyButton() {
  const { ask, rights } = useKeyDialogs()
  return (
    <Button
      data-control="new"
      kind="primary"
      size="small"
      disabledReason={rights.test ? undefined : text.needsRole('test')}
      {...opensDialog}
      onClick={() => ask({ what: 'create' })}
    >
      {text.create}
    </Button>
  )
}
