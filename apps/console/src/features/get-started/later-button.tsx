'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { laterCookie } from './later.ts'
import { text } from './text.ts'

/** Away from here; from now on the rail says how far this is. */
export function LaterButton({ slug }: { readonly slug: string }) {
  const router = useRouter()
  return (
    <Button
      size="small"
      onClick={() => {
        // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
        document.cookie = `${laterCookie}=later; path=/${slug}; max-age=31536000; samesite=lax`
        router.push(`/${slug}/events`)
        router.refresh()
      }}
    >
      {text.later}
    </Button>
  )
}
