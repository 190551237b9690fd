import type { Topic } from '@eventmesh/envelope'
import type { FetchedRecord } from './log.kafka.consume.ts'
import type { StoredRecord } from './log.ts'

/** A record as the port shows it; `positionAfter` makes the token with which a reader continues behind it. */
export function storedRecord(
  topic: Topic,
  partition: number,
  { offset, key, value, headers, exactBody, timestampMs }: FetchedRecord,
  positionAfter: (partition: number, offset: number) => string,
): StoredRecord {
  return {
    topic,
    partition,
    offset,
    position: positionAfter(partition, offset),
    appendedAtMs: timestampMs,
    key,
    value,
    headers,
    ...(exactBody === undefined ? {} : { exactBody }),
  }
}
