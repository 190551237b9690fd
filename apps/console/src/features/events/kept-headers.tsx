import { Copy } from '../../ui/copy.tsx'
import { text } from './text.ts'

const words = text.detail

export function KeptHeaders({ entries }: { readonly entries: Readonly<Record<string, string>> }) {
  const all = Object.entries(entries)
  if (all.length === 0) return <p className="text-fg-2">{words.noHeaders}</p>
  return (
    <div className="flex flex-col gap-2">
      <dl className="m-0 grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] items-center gap-x-3 gap-y-1">
        {all.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="font-mono text-12 text-fg-3">{name}</dt>
            <dd className="m-0 flex items-center gap-3">
              <span className="min-w-0 flex-1 break-all font-mono text-12">{value}</span>
              <Copy text={value} label={words.copyOf(name)} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-12 text-fg-3">{words.others}</p>
    </div>
  )
}
