'use client'

import { Check, ChevronDown, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { useCopy } from '../../ui/copy.tsx'
import { RequestId } from '../../ui/form.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { curlOf } from './curl-of.ts'
import { rowId, shownId } from './event-row.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'

const words = text.detail.copy

/** Id and link at once; payload, envelope and command after their bytes have been loaded. */
export function CopyMenu({ slug, view }: { readonly slug: string; readonly view: EventView }) {
  const { facts, body, mayReadPayload } = view
  const { isCopied, copy } = useCopy()
  const [failed, setFailed] = useState<{ readonly requestId: string }>()
  const hasEnvelope = mayReadPayload && body.state === 'kept' && body.envelopeBytes !== null
  const id = rowId(facts)
  async function copyPart(part: 'payload' | 'envelope', as: (content: string) => string = (content) => content) {
    const loaded = await load(slug, id, part)
    if ('requestId' in loaded) return setFailed(loaded)
    setFailed((await copy(as(loaded.content))) ? undefined : { requestId: '' })
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Menu
        trigger={
          <Button size="small">
            {isCopied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
            {isCopied ? words.done : words.open}
            <ChevronDown aria-hidden size={13} />
          </Button>
        }
        align="start"
      >
        <MenuItem onClick={() => void copy(shownId(facts))}>{words.id}</MenuItem>
        {hasEnvelope && <MenuItem onClick={() => void copyPart('envelope')}>{words.envelope}</MenuItem>}
        {hasEnvelope && <MenuItem onClick={() => void copyPart('payload')}>{words.payload}</MenuItem>}
        {hasEnvelope && facts.source.id === null && (
          <MenuItem onClick={() => void copyPart('payload', (payload) => curlOf(facts, payload))}>
            {words.curl}
          </MenuItem>
        )}
        <MenuItem onClick={() => void copy(`${window.location.origin}/${slug}/events/${id}`)}>{words.link}</MenuItem>
      </Menu>
      <span role="status" className="text-12 text-bad-text">
        {failed !== undefined && words.failed}
        {failed !== undefined && <RequestId id={failed.requestId} />}
      </span>
    </span>
  )
}

type Loaded = { readonly content: string } | { readonly requestId: string }

async function load(slug: string, id: string, part: 'payload' | 'envelope'): Promise<Loaded> {
  try {
    const response = await fetch(`/api/${slug}/events/${id}/body?part=${part}&download`)
    return response.ok ? { content: await response.text() } : { requestId: response.headers.get('x-request-id') ?? '' }
  } catch {
    // No network: the menu says that nothing was copied.
    return { requestId: '' }
  }
}
