'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopiedNote } from '../../ui/copy.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import type { Zone } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Keys } from '../../ui/keys.tsx'
import { Prose } from '../../ui/prose.tsx'
import { Dot, Pill, type Severity, StatusMark } from '../../ui/status.tsx'
import { Time, type TimeProps, ZoneProvider } from '../../ui/time.tsx'
import { Wordmark } from '../../ui/wordmark.tsx'
import { Specimen, State } from './specimen.tsx'

const severities = ['ok', 'dup', 'warn', 'bad', 'neutral'] as const
const labels: Readonly<Record<Severity, string>> = {
  ok: 'Accepted',
  dup: 'Duplicate',
  warn: 'Quarantined',
  bad: 'Rejected',
  neutral: 'Copy',
}
const eventId = '7c1e9b52-0d4f-8a31-9b6e-2f5d8c40a7e1'
const at = '2026-11-23T14:32:58.024Z'
const zones: readonly (readonly [name: string, zone: Zone])[] = [
  ['UTC', { mode: 'utc', timeZone: 'UTC', hours: 24 }],
  ['local, twice twelve hours', { mode: 'local', timeZone: 'Europe/Berlin', hours: 12 }],
  ['relative', { mode: 'relative', timeZone: 'Asia/Kolkata', hours: 24 }],
]
const forms = ['moment', 'clock', 'date', 'relative'] as const satisfies readonly TimeProps['as'][]

const command =
  'curl -sS https://ingest.example.com/v1/events -H "Authorization: Bearer $EVENTMESH_API_KEY" -H "Idempotency-Key: hello-1" -d @event.json'
const document =
  '{"order_id":8842,"total":1.10,"big":12345678901234567890,"paid":true,"note":null,"text":"a \\"quoted\\" word","items":[{"sku":"MUG","n":2},{"sku":"CUP","n":1}],"empty":{}}'
const longLines = 2_010

export function WordKit() {
  return (
    <>
      <Specimen name="StatusMark">
        {severities.map((severity) => (
          <State key={severity} name={severity}>
            <StatusMark severity={severity} label={labels[severity]} />
          </State>
        ))}
      </Specimen>
      <Specimen name="Pill">
        {severities.map((severity) => (
          <State key={severity} name={severity}>
            <Pill severity={severity}>{labels[severity]}</Pill>
          </State>
        ))}
      </Specimen>
      <Specimen name="Dot">
        {severities.map((severity) => (
          <State key={severity} name={severity}>
            <Dot severity={severity} />
          </State>
        ))}
      </Specimen>
      <Specimen name="Id">
        <State name="whole">
          <Id id={eventId} label="Copy the event id" />
        </State>
        <State name="where there is little room">
          <Id id={eventId} label="Copy the id" className="w-40" />
        </State>
      </Specimen>
      <Specimen name="CopiedNote">
        <State name="after a copy">
          <span className="relative inline-block w-20 font-mono text-12">
            7c1e9b52…
            <CopiedNote isCopied className="right-0" />
          </span>
        </State>
      </Specimen>
      <Specimen name="Time">
        {zones.map(([name, zone]) => (
          <State key={name} name={name}>
            <ZoneProvider initial={zone}>
              <Facts>
                {forms.map((form) => (
                  <Fact key={form} label={form}>
                    <Time at={at} as={form} />
                  </Fact>
                ))}
              </Facts>
            </ZoneProvider>
          </State>
        ))}
      </Specimen>
      <Specimen name="Facts">
        <State name="Fact: short, long, an id" isWide>
          <Facts className="w-full">
            <Fact label="Mode">Live</Fact>
            <Fact label="Idempotency key">{'order-8842-'.repeat(24)}</Fact>
            <Fact label="Request ID">
              <Id id={eventId} label="Copy request id" />
            </Fact>
          </Facts>
        </State>
      </Specimen>
      <Specimen name="CodeBlock">
        <State name="scrolls" isWide>
          <CodeBlock text={command} label="Command" className="w-full" />
        </State>
        <State name="wraps" isWide>
          <CodeBlock text={command} label="Wrapped command" isWrapped className="w-full" />
        </State>
      </Specimen>
      <Specimen name="JsonView">
        <State name="folds; the sender's own digits" isWide>
          <JsonView text={document} label="Document" className="w-full" />
        </State>
        <State name="names copy their path, values find alike" isWide>
          <JsonView
            text={document}
            label="Document with links"
            className="w-full"
            pathPrefix="payload."
            hrefOf={({ kind }) => (kind === 'mark' ? undefined : '#JsonView')}
          />
        </State>
        <State name="finds lines, and says what is wrong in a place" isWide>
          <JsonView
            text={document}
            label="Refused document"
            className="w-full"
            canFind
            marks={[
              { pointer: '/items/1/n', detail: 'must be a text' },
              { pointer: '/paid', detail: 'is not known' },
            ]}
          />
        </State>
        <State name="no JSON" isWide>
          <JsonView text="order_id=8842&amount=12" label="Text" className="w-full" />
        </State>
        <State name="more lines than are shown" isWide>
          <LongJson />
        </State>
      </Specimen>
      <Specimen name="Keys">
        <State name="one after the other">
          <Keys keys="g o" />
        </State>
      </Specimen>
      <Specimen name="Prose">
        <State name="code within a sentence">
          <p>
            <Prose text="Send it as `Idempotency-Key`, or as the member `idempotency_key`." />
          </p>
        </State>
      </Specimen>
      <Specimen name="Wordmark">
        <State name="plain">
          <Wordmark />
        </State>
      </Specimen>
    </>
  )
}

/** On demand: thousands of lines would slow the whole page. */
function LongJson() {
  const [isShown, setShown] = useState(false)
  if (!isShown) return <Button onClick={() => setShown(true)}>Show a long document</Button>
  return <JsonView text={JSON.stringify([...Array(longLines).keys()])} label="Long document" className="w-full" />
}
