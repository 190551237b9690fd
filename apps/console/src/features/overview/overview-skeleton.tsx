import { Skeleton } from '../../ui/states.tsx'
import { dimensions } from './queries.ts'
import { text } from './text.ts'

const card = 'rounded-card border border-line bg-surface p-3'
const cards = [text.accepted, text.duplicates, text.rejected, text.percentiles]

/** Cards, the chart's axes and the lists in grey, each as large as what comes in its place. */
export function OverviewSkeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-4 p-4">
      <span role="status" className="sr-only">
        {text.loading}
      </span>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {cards.map((label) => (
          <div key={label} className={`flex h-[94px] flex-col gap-3 ${card}`}>
            <span className="text-12 text-fg-2">{label}</span>
            <Skeleton className="h-5 w-20" />
            <Skeleton className="w-32" />
          </div>
        ))}
      </div>
      <div className={`flex flex-col gap-2 ${card}`}>
        <Skeleton className="mb-3 w-40" />
        <Skeleton className="w-72 max-w-full" />
        <div className="ml-[52px] h-[224px] border-line border-y max-md:h-40">
          <div className="h-1/2 border-line border-b" />
        </div>
        <div className="h-5" />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        {dimensions.map((dimension) => (
          <div key={dimension} className={`flex flex-col gap-4 ${card}`}>
            <span className="font-medium text-13">{text.lists[dimension]}</span>
            {['w-full', 'w-3/4', 'w-1/2'].map((width) => (
              <Skeleton key={width} className={width} />
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}
