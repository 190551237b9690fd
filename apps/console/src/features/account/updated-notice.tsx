'use client'

import { useEffect, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { updatedEvent } from '../../ui/send.ts'
import { Banner } from '../../ui/states.tsx'
import { text } from './text.ts'

/** Over any page whose console was replaced meanwhile by a newer one, which has neither its actions nor its scripts. */
export function UpdatedNotice() {
  const [isUpdated, setUpdated] = useState(false)
  useEffect(() => {
    const updated = () => setUpdated(true)
    window.addEventListener(updatedEvent, updated)
    return () => window.removeEventListener(updatedEvent, updated)
  }, [])
  return (
    <div role="status" className="fixed top-3 left-1/2 z-30 max-w-[calc(100%-2rem)] -translate-x-1/2">
      {isUpdated && (
        <Banner severity="warn" className="shadow-popover">
          {text.ended.updated}
          <Button size="small" onClick={() => window.location.reload()}>
            {text.ended.reload}
          </Button>
        </Banner>
      )}
    </div>
  )
}
