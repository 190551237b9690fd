'use client'

import { MoreHorizontal, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { Button, IconButton } from '../../ui/button.tsx'
import { FacetChip } from '../../ui/facet-chip.tsx'
import { ListFilter } from '../../ui/list-filter.tsx'
import { Menu, MenuCheckItem, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu.tsx'
import { type Tab, Tabs } from '../../ui/tabs.tsx'
import { Specimen, State } from './specimen.tsx'

const types = ['order.created', 'order.paid', 'invoice.payment_failed', 'a.type.whose.name.goes.on.for.quite.a.while']
const options = types.map((value, n) => ({ value, label: value, count: n === 3 ? undefined : `${12_480 >> (n * 3)}` }))

export function MenuKit() {
  const [isChecked, setChecked] = useState(true)
  return (
    <>
      <Specimen name="Menu">
        <State name="MenuItem, MenuLabel, MenuSeparator">
          <Menu
            align="start"
            trigger={
              <IconButton label="Row menu">
                <MoreHorizontal aria-hidden size={15} />
              </IconButton>
            }
          >
            <MenuLabel>ci</MenuLabel>
            <MenuItem render={<Link href="#Menu" />}>View events</MenuItem>
            <MenuItem>Edit…</MenuItem>
            <MenuItem disabledReason="Only a usable key can be rotated">Rotate…</MenuItem>
            <MenuSeparator />
            <MenuItem isDanger>
              <Trash2 aria-hidden size={15} />
              Revoke…
            </MenuItem>
          </Menu>
        </State>
        <State name="MenuCheckItem">
          <Menu align="start" trigger={<Button>Columns</Button>}>
            <MenuCheckItem isChecked={isChecked} onChange={setChecked}>
              Source
            </MenuCheckItem>
            <MenuCheckItem isChecked={!isChecked} onChange={(is) => setChecked(!is)}>
              Size
            </MenuCheckItem>
          </Menu>
        </State>
      </Specimen>
      <Specimen name="FacetChip">
        {[[], types.slice(0, 1), types.slice(0, 2), types.slice(3)].map((chosen, n) => (
          <State key={chosen.join()} name={['nothing chosen', 'one', 'several', 'a long one'][n] ?? ''}>
            <Chip label={`Type ${n + 1}`} start={chosen} />
          </State>
        ))}
        <State name="nothing to choose">
          <FacetChip label="Source" options={[]} chosen={[]} onChange={() => undefined} />
        </State>
      </Specimen>
      <Specimen name="ListFilter">
        <State name="its values stand in the address" isWide>
          <ListFilter
            searchLabel="Search by name"
            anyStatus="Any status"
            statuses={{ active: 'Active', expired: 'Expired', revoked: 'Revoked' }}
          />
        </State>
      </Specimen>
      <Specimen name="Tabs">
        <State name="three" isWide>
          <Tabs label="Parts" tabs={tabs(['Payload', 'Envelope', 'Timeline'])} />
        </State>
        <State name="more than fit" isWide>
          <Tabs
            label="Many parts"
            className="w-72"
            tabs={tabs(['First part', 'Second part', 'Third part', 'Fourth part', 'Fifth part'])}
          />
        </State>
      </Specimen>
    </>
  )
}

function tabs(labels: readonly string[]): readonly Tab[] {
  return labels.map((label) => ({ value: label, label, content: <p>{`What “${label}” holds.`}</p> }))
}

function Chip({ label, start }: { readonly label: string; readonly start: readonly string[] }) {
  const [chosen, setChosen] = useState(start)
  return <FacetChip label={label} options={options} chosen={chosen} onChange={setChosen} />
}
