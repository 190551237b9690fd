'use client'

import { Button } from '../../ui/button.tsx'
import { FaultBoundary } from '../../ui/fault-boundary.tsx'
import { Forbidden } from '../../ui/forbidden.tsx'
import { Part } from '../../ui/part.tsx'
import { Banner, EmptyState, ErrorState, Section, Skeleton, SkeletonRows } from '../../ui/states.tsx'
import { Specimen, Stage, State } from './specimen.tsx'

const banners = ['warn', 'bad', 'dup', 'neutral'] as const
const requestId = '01a21479-cbff-7159-8df3-0dc87adc3ff1'

export function StateKit() {
  return (
    <>
      <Specimen name="EmptyState">
        <State name="with a way on" isWide>
          <Stage>
            <EmptyState title="No keys yet" actions={<Button kind="primary">Create key…</Button>}>
              A key lets your code send events.
            </EmptyState>
          </Stage>
        </State>
        <State name="bare" isWide>
          <Stage>
            <EmptyState title="Nothing in the last hour" />
          </Stage>
        </State>
      </Specimen>
      <Specimen name="ErrorState">
        <State name="with the request's id and a way to try again" isWide>
          <Stage>
            <ErrorState
              title="The keys could not be loaded."
              requestId={requestId}
              retry={<Button>Try again</Button>}
            />
          </Stage>
        </State>
        <State name="no answer at all" isWide>
          <Stage>
            <ErrorState title="The console did not answer." requestId="" />
          </Stage>
        </State>
      </Specimen>
      <Specimen name="Forbidden">
        <State name="names the role and what it lacks" isWide>
          <Stage>
            <Forbidden
              title="Audit log"
              sentence="You need the admin role to see the audit log."
              owners={['ana@example.com']}
            />
          </Stage>
        </State>
      </Specimen>
      <Specimen name="Banner">
        {banners.map((severity) => (
          <State key={severity} name={severity} isWide>
            <Banner severity={severity} className="w-full">
              <span>One source has been silent for 2 h.</span>
              <a href="#Banner" className="font-medium underline">
                Show sources
              </a>
            </Banner>
          </State>
        ))}
      </Specimen>
      <Specimen name="Skeleton">
        <State name="a line">
          <Skeleton className="w-48" />
        </State>
        <State name="a figure">
          <Skeleton className="h-7 w-24" />
        </State>
      </Specimen>
      <Specimen name="SkeletonRows">
        <State name="five rows" isWide>
          <Stage>
            <SkeletonRows rows={5} columns={['w-24', 'w-16', 'w-40']} />
          </Stage>
        </State>
      </Specimen>
      <Specimen name="Part">
        <State name="loaded: before it SkeletonRows, failed FaultBoundary" isWide>
          <Part requestId={requestId} rows={1} columns={['w-24']}>
            What it holds.
          </Part>
        </State>
      </Specimen>
      <Specimen name="FaultBoundary">
        <State name="nothing failed: in its place there would be ErrorState" isWide>
          <FaultBoundary requestId={requestId}>What it holds.</FaultBoundary>
        </State>
      </Specimen>
      <Specimen name="Section">
        <State name="plain" isWide>
          <Section title="Top types" className="w-full">
            What it holds.
          </Section>
        </State>
        <State name="with an action" isWide>
          <Section title="Top types" actions={<Button size="small">Show all</Button>} className="w-full">
            What it holds.
          </Section>
        </State>
      </Specimen>
    </>
  )
}
