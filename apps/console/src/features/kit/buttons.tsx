'use client'

import { Plus, RefreshCw } from 'lucide-react'
import { Button, IconButton, LinkButton } from '../../ui/button.tsx'
import { Copy, CopyButton } from '../../ui/copy.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { Specimen, State } from './specimen.tsx'

const kinds = ['primary', 'default', 'quiet', 'danger'] as const
const sizes = ['normal', 'small'] as const

export function ButtonKit() {
  return (
    <>
      <Specimen name="Button">
        {kinds.map((kind) => (
          <State key={kind} name={kind}>
            {sizes.map((size) => (
              <div key={size} className="flex flex-wrap gap-2">
                <Button kind={kind} size={size}>
                  Rotate key
                </Button>
                <Button kind={kind} size={size}>
                  <Plus aria-hidden size={15} />
                  With an icon
                </Button>
                <Button kind={kind} size={size} isPending>
                  Rotate key
                </Button>
                <Button kind={kind} size={size} disabledReason="Your role cannot rotate keys">
                  Not allowed
                </Button>
              </div>
            ))}
          </State>
        ))}
      </Specimen>
      <Specimen name="IconButton">
        {kinds.map((kind) => (
          <State key={kind} name={kind}>
            <div className="flex gap-2">
              {sizes.map((size) => (
                <IconButton key={size} kind={kind} size={size} label={`Load again, ${kind}, ${size}`}>
                  <RefreshCw aria-hidden size={15} />
                </IconButton>
              ))}
              <IconButton kind={kind} label={`Load again, ${kind}`} disabledReason="Nothing to load">
                <RefreshCw aria-hidden size={15} />
              </IconButton>
            </div>
          </State>
        ))}
      </Specimen>
      <Specimen name="LinkButton">
        {kinds.map((kind) => (
          <State key={kind} name={kind}>
            <div className="flex gap-2">
              {sizes.map((size) => (
                <LinkButton key={size} kind={kind} size={size} href="#LinkButton">
                  Show keys
                </LinkButton>
              ))}
            </div>
          </State>
        ))}
      </Specimen>
      <Specimen name="Copy">
        <State name="copies, and says so in its place">
          <Copy text="7c1e9b52-0d4f-8a31-9b6e-2f5d8c40a7e1" label="Copy event id" />
        </State>
      </Specimen>
      <Specimen name="CopyButton">
        <State name="default">
          <CopyButton text="EVENTMESH_API_KEY=…" label="Copy .env line" />
        </State>
        <State name="primary, its mark stays">
          <CopyButton text="em_test_…" label="Copy key" kind="primary" isSticky />
        </State>
      </Specimen>
      <Specimen name="Tooltip">
        <State name="on hover and focus">
          <Tooltip label="Secondary words beside the fact">
            <Button>Point here</Button>
          </Tooltip>
        </State>
      </Specimen>
    </>
  )
}
