import { Fact, Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/states.tsx'
import { StatusMark } from '../../ui/status.tsx'
import { Time } from '../../ui/time.tsx'
import type { ProviderSheet } from './provider-sheet.ts'
import type { SourceRow } from './source-row.ts'
import { text } from './text.ts'

const { handshake } = text

export function SourceHandshake({
  source,
  provider,
}: {
  readonly source: SourceRow
  readonly provider: ProviderSheet
}) {
  if (provider.handshakes.length === 0) {
    return (
      <Section title={text.tabs.handshake} className="max-w-[720px]">
        <p className="text-fg-2">{handshake.none}</p>
      </Section>
    )
  }
  const { lastHandshake } = source
  return (
    <Section title={text.tabs.handshake} className="max-w-[720px]">
      <Facts>
        <Fact label={handshake.kind}>
          <code>{provider.handshakes.join(', ')}</code>
        </Fact>
        <Fact label={handshake.last}>
          {lastHandshake === null ? (
            <span className="text-fg-3">{handshake.never}</span>
          ) : (
            <span className="flex flex-wrap items-center gap-2">
              <Time at={lastHandshake.at} />
              <StatusMark
                severity={lastHandshake.isOk ? 'ok' : 'bad'}
                label={lastHandshake.isOk ? handshake.answered : handshake.refused}
              />
            </span>
          )}
        </Fact>
        {source.secretLearnedAt !== null && (
          <Fact label={handshake.secretLearned}>
            <Time at={source.secretLearnedAt} />
          </Fact>
        )}
      </Facts>
    </Section>
  )
}
