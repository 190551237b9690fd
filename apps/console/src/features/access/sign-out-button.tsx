'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { signOut } from './actions.ts'
import { text } from './text.ts'

export function SignOutButton({ next }: { readonly next: string }) {
  const router = useRouter()
  const [isPending, setPending] = useState(false)
  return (
    <Button
      isPending={isPending}
      onClick={async () => {
        setPending(true)
        await signOut({}).catch(() => undefined)
        router.replace(next)
        router.refresh()
      }}
    >
      {text.signOut}
    </Button>
  )
}
