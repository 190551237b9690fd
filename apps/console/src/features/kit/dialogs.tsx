'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog, Drawer } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { RangeDialog } from '../../ui/range-dialog.tsx'
import { ShownOnce, ShownOnceFooter } from '../../ui/shown-once.tsx'
import { Specimen, State } from './specimen.tsx'

const hourMs = 3_600_000

type Way = { readonly isOpen: boolean; readonly onOpenChange: (isOpen: boolean) => void }

export function DialogKit() {
  return (
    <>
      <Specimen name="Dialog">
        <State name="with a form">
          <Opener label="Open a form">
            {(way) => (
              <Dialog {...way} title="Edit key" description="The key itself stays as it is.">
                <DialogBody>
                  <Field name="dialog-name" label="Name">
                    <Input defaultValue="prod-backend" />
                  </Field>
                </DialogBody>
                <DialogFooter>
                  <Button onClick={() => way.onOpenChange(false)}>Cancel</Button>
                  <Button kind="primary">Save key</Button>
                </DialogFooter>
              </Dialog>
            )}
          </Opener>
        </State>
        <State name="held: neither Esc nor a click outside">
          <Opener label="Open a held one">
            {(way) => (
              <Dialog {...way} title="Copy your key now" isHeld>
                <DialogBody>
                  <ShownOnce text="em_test_…" label="API key" />
                </DialogBody>
                <ShownOnceFooter
                  isCopied
                  words={{
                    done: 'Done',
                    close: 'Close without copying',
                    sureLead: 'Nothing was copied.',
                    sure: 'Close',
                  }}
                  onClose={() => way.onOpenChange(false)}
                />
              </Dialog>
            )}
          </Opener>
        </State>
        <State name="higher than the window">
          <Opener label="Open a long one">
            {(way) => (
              <Dialog {...way} title="Many lines">
                <DialogBody>
                  {Array.from({ length: 60 }, (_, n) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
                    <p key={n}>{`Line ${n + 1}`}</p>
                  ))}
                </DialogBody>
                <DialogFooter>
                  <Button onClick={() => way.onOpenChange(false)}>Close</Button>
                </DialogFooter>
              </Dialog>
            )}
          </Opener>
        </State>
      </Specimen>
      <Specimen name="ConfirmDialog">
        <State name="plain">
          <Opener label="Resume…">
            {(way) => (
              <ConfirmDialog
                {...way}
                title="Resume the source?"
                action="Resume source"
                isDanger={false}
                onConfirm={() => way.onOpenChange(false)}
              >
                Deliveries are taken again at once.
              </ConfirmDialog>
            )}
          </Opener>
        </State>
        <State name="danger">
          <Opener label="Revoke…">
            {(way) => (
              <ConfirmDialog
                {...way}
                title="Revoke the key?"
                action="Revoke key"
                onConfirm={() => way.onOpenChange(false)}
              >
                It was never used. This cannot be undone.
              </ConfirmDialog>
            )}
          </Opener>
        </State>
        <State name="typed">
          <Opener label="Revoke one in use…">
            {(way) => (
              <ConfirmDialog
                {...way}
                title="Revoke a key in use?"
                action="Revoke key"
                typed="prod-backend"
                onConfirm={() => way.onOpenChange(false)}
              >
                1,204 requests in the last 24 h will fail with 401 key_revoked.
              </ConfirmDialog>
            )}
          </Opener>
        </State>
        <State name="pending">
          <Opener label="Revoke slowly…">
            {(way) => (
              <ConfirmDialog {...way} title="Revoke the key?" action="Revoke key" isPending onConfirm={() => undefined}>
                The answer is on its way.
              </ConfirmDialog>
            )}
          </Opener>
        </State>
      </Specimen>
      <Specimen name="Drawer">
        <State name="from the left edge">
          <Opener label="Open a drawer">
            {(way) => (
              <Drawer {...way} label="Menu">
                <DialogBody>
                  <Button onClick={() => way.onOpenChange(false)}>Close</Button>
                </DialogBody>
              </Drawer>
            )}
          </Opener>
        </State>
      </Specimen>
      <Specimen name="RangeDialog">
        <State name="the last hour">
          <Opener label="Choose a range…">
            {(way) => <RangeDialog {...way} start={hourMs} onChoose={() => undefined} />}
          </Opener>
        </State>
      </Specimen>
    </>
  )
}

function Opener({ label, children }: { readonly label: string; readonly children: (way: Way) => ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      {children({ isOpen, onOpenChange: setOpen })}
    </>
  )
}
