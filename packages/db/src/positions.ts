import type { Topic } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'

/** One partition as one consumer group sees it: a row of `log_position`, whichever log keeps the records. */
export type PartitionOfGroup = { readonly group: string; readonly topic: Topic; readonly partition: number }

export type TakenPosition = {
  readonly epoch: number
  /** The first offset that the group has not handled; undefined: it has never moved. */
  readonly nextOffset: number | undefined
}

/**
 * Takes the partition for `owner` under a new epoch, so that every transaction of the epoch before moves nothing.
 * Undefined while another owner's lease runs; `force` takes it all the same (where a broker's group has decided who owns).
 */
export async function take(
  db: Database,
  of: PartitionOfGroup,
  options: { readonly owner: string; readonly leaseMs: number; readonly force?: boolean },
): Promise<TakenPosition | undefined> {
  const [row] = await db.sql<{ epoch: string; next_offset: string | null }[]>`
    insert into log_position as held (consumer_group, topic, partition, epoch, owner, lease_until)
    values (${of.group}, ${of.topic}, ${of.partition}, 1, ${options.owner}, clock_timestamp() + ${options.leaseMs}::integer * interval '1 ms')
    on conflict (consumer_group, topic, partition) do update
      set epoch = held.epoch + 1, owner = excluded.owner, lease_until = excluded.lease_until
      where held.lease_until <= clock_timestamp() or held.owner = excluded.owner or ${options.force ?? false}::boolean
    returning epoch, next_offset`
  if (!row) return undefined
  return { epoch: Number(row.epoch), nextOffset: row.next_offset === null ? undefined : Number(row.next_offset) }
}

/** Prolongs the lease. False: a newer epoch has the partition. */
export async function renew(
  db: Database,
  of: PartitionOfGroup,
  options: { readonly epoch: number; readonly leaseMs: number },
): Promise<boolean> {
  const result = await db.sql`
    update log_position set lease_until = clock_timestamp() + ${options.leaseMs}::integer * interval '1 ms'
    where consumer_group = ${of.group} and topic = ${of.topic} and partition = ${of.partition} and epoch = ${options.epoch}`
  return result.count === 1
}

/**
 * Moves the group's position, in the transaction of the effect or on its own. False: a newer epoch has the partition and
 * nothing moved; the caller's transaction must roll back.
 */
export async function advance(
  on: Database | Transaction,
  of: PartitionOfGroup,
  options: { readonly epoch: number; readonly nextOffset: number },
): Promise<boolean> {
  const result = await on.sql`
    update log_position set next_offset = ${options.nextOffset}
    where consumer_group = ${of.group} and topic = ${of.topic} and partition = ${of.partition} and epoch = ${options.epoch}`
  return result.count === 1
}

/** Lets another owner take the partition at once. */
export async function release(db: Database, of: PartitionOfGroup, epoch: number): Promise<void> {
  await db.sql`
    update log_position set lease_until = clock_timestamp()
    where consumer_group = ${of.group} and topic = ${of.topic} and partition = ${of.partition} and epoch = ${epoch}`
}
