'use client'

import { Button } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SplitPanel } from '../../ui/split-panel.tsx'
import { Specimen, Stage, State } from './specimen.tsx'

export function FrameKit() {
  return (
    <>
      <Specimen name="PageHeader">
        <State name="plain" isWide>
          <Stage>
            <PageHeader title="Audit log" />
          </Stage>
        </State>
        <State name="with a crumb and an action" isWide>
          <Stage>
            <PageHeader title="prod-backend" crumb="API keys" actions={<Button size="small">Rotate…</Button>} />
          </Stage>
        </State>
        <State name="longer than its room" isWide>
          <Stage>
            <PageHeader title={'A name that goes on '.repeat(12)} actions={<Button size="small">Rotate…</Button>} />
          </Stage>
        </State>
      </Specimen>
      <Specimen name="SplitPanel">
        <State name="beside the page" isWide>
          <Stage className="flex h-48 justify-end max-md:hidden">
            <SplitPanel label="Beside" separatorLabel="Width of the panel beside" name="kit-beside" place="beside">
              <p className="p-4">Drawn at its left edge, or with the arrows of its separator.</p>
            </SplitPanel>
          </Stage>
        </State>
        <State name="over the page" isWide>
          <Stage className="h-48 max-md:hidden">
            <p className="p-4">The page keeps its width.</p>
            <SplitPanel label="Over" separatorLabel="Width of the panel over" name="kit-over" place="over">
              <p className="p-4">It lies over what is below.</p>
            </SplitPanel>
          </Stage>
        </State>
        <State name="in a window of a telephone: the detail is a page">
          <p className="text-fg-2">No panel below 768 px.</p>
        </State>
      </Specimen>
    </>
  )
}
