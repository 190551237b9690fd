'use client'

import { Columns3 } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuCheckItem, MenuItem, MenuSeparator } from '../../ui/menu.tsx'
import { type ColumnName, columnNames, optionalColumns, standardColumns } from './columns.tsx'
import { text } from './text.ts'

type Props = {
  readonly columns: readonly ColumnName[]
  readonly onChange: (columns: readonly ColumnName[]) => void
}

export function ColumnPicker({ columns, onChange }: Props) {
  return (
    <Menu
      trigger={
        <Button size="small" kind="quiet" className="max-md:hidden">
          <Columns3 aria-hidden size={14} />
          {text.columns}
        </Button>
      }
      className="max-h-(--available-height) overflow-y-auto"
    >
      {columnNames.map((name) => (
        <MenuCheckItem
          key={name}
          isChecked={columns.includes(name)}
          onChange={(isChecked) =>
            onChange(columnNames.filter((each) => (each === name ? isChecked : columns.includes(each))))
          }
        >
          {optionalColumns[name].label}
        </MenuCheckItem>
      ))}
      <MenuSeparator />
      <MenuItem onClick={() => onChange(standardColumns)}>{text.resetColumns}</MenuItem>
    </Menu>
  )
}
