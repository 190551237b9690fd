import { Button, LinkButton } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { count, span } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { Spark } from '../../ui/spark.tsx'
import { Section } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { Deliveries } from './deliveries.tsx'
import { LastReceived, SourceStatusMark } from './source-facts.tsx'
import type { DeliveryRow, SourceRow } from './source-row.ts'
import { text } from './text.ts'

const { overview } = text

type Props = {
  readonly slug: string
  readonly source: SourceRow
  readonly deliveries: readonly DeliveryRow[]
  readonly rejections: readonly { readonly reason: string; readonly n: number }[]
  readonly canTest: boolean
}

export function SourceOverview({ slug, source, deliveries, rejections, canTest }: Props) {
  const total = (pick: 'accepted' | 'rejected') => source.usage.reduce((all, hour) => all + hour[pick], 0)
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Section title={overview.details}>
        <Facts>
          <Fact label={text.status}>
            <SourceStatusMark status={source.status} />
          </Fact>
          <Fact label={text.provider}>{source.provider.name}</Fact>
          <Fact label={text.verification}>
            <code>{source.provider.scheme}</code>
          </Fact>
          <Fact label={text.adding.mode}>{source.mode === 'live' ? text.adding.live : text.adding.testMode}</Fact>
          <Fact label={text.lastEvent}>
            <LastReceived at={source.lastReceivedAt} />
          </Fact>
          {source.usualGapMs !== null && <Fact label={overview.usualGap}>{span(source.usualGapMs) ?? '< 1 min'}</Fact>}
          <Fact label={overview.created}>
            <Time at={source.createdAt} />
            {source.createdBy !== null && <span className="text-fg-3"> · {source.createdBy}</span>}
          </Fact>
          <Fact label={overview.id}>
            <Id id={source.id} label={overview.copyId} />
          </Fact>
        </Facts>
      </Section>
      <div className="flex flex-col gap-4">
        <Section title={overview.day}>
          {total('accepted') + total('rejected') === 0 ? (
            <p className="text-fg-3">{overview.noTraffic}</p>
          ) : (
            <Spark
              bars={source.usage}
              label={text.usage(count(total('accepted')), count(total('rejected')))}
              className="h-16 w-full"
            />
          )}
        </Section>
        <Section title={overview.rejections}>
          {rejections.length === 0 ? (
            <p className="text-fg-3">{overview.noRejections}</p>
          ) : (
            <ul className="m-0 flex list-none flex-col gap-1 p-0">
              {rejections.map(({ reason, n }) => (
                <li key={reason} className="flex justify-between gap-3">
                  <code>{reason}</code>
                  <span className="tabular">{count(n)}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
      <Section
        title={overview.deliveries}
        className="xl:col-span-2"
        actions={
          canTest ? (
            <LinkButton size="small" kind="quiet" href={`/${slug}/sources/new?source=${source.id}&step=test`}>
              {overview.testAgain}
            </LinkButton>
          ) : (
            <Button size="small" kind="quiet" disabledReason={text.needsWrite}>
              {overview.testAgain}
            </Button>
          )
        }
      >
        {deliveries.length === 0 ? (
          <p className="text-fg-3">{overview.noDeliveries}</p>
        ) : (
          <Deliveries slug={slug} source={source} canWrite={canTest} rows={deliveries} />
        )}
      </Section>
    </div>
  )
}
