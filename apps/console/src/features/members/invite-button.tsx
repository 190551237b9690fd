'use client'

import { Button } from '../../ui/button.tsx'
import { opensDialog } from '../../ui/dialog.tsx'
import { useMemberDialogs } from './member-dialogs.tsx'
import { text } from './text.ts'

export function InviteButton() {
  const { ask, rights } = useMemberDialogs()
  return (
    <Button
      data-control="new"
      kind="primary"
      size="small"
      disabledReason={rights.write ? undefined : text.needsAdmin}
      {...opensDialog}
      onClick={() => ask({ what: 'invite' })}
    >
      {text.invite}
    </Button>
  )
}
