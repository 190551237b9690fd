import { type EventRow, events, type ListedEvent } from '@eventmesh/db'
import { openOperatorLog } from './bus.ts'
import { type Answer, type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { flag, integer, limitOption, optional, tenantOption, text, withDefault } from './option.ts'
import { fields, printable, table } from './table.ts'
import { tailLine } from './tail-line.ts'
import { findTenant } from './tenant.ts'
import { CommandError, UsageError } from './usage.ts'

export const eventCommands: readonly Command[] = [
  command({
    name: 'event list',
    summary: "Lists a tenant's events from the index, newest first.",
    options: {
      tenant: tenantOption,
      q: optional('<search>', "the console's search grammar, for example 'type:order.* outcome:duplicate'", text),
      limit: limitOption,
      envelope: flag('with the envelope of each event, its payload byte for byte as it was sent'),
    },
    notes: 'Copies (a second record of one event on the log) are listed with outcome:copy alone.',
    run: ({ environment, options: { tenant, q, limit, envelope } }) =>
      withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, tenant)
        const found = await events.list(db, id, { q, limit, withEnvelope: envelope })
        if (!found.ok) throw new UsageError(`--q: ${found.faults.map(describeFault).join('; ')}`)
        return list(found.events, envelope)
      }),
  }),
  command({
    name: 'event get',
    summary: 'Shows an event, or what became of a request, with the envelope.',
    operands: { id: '<event_id|request_id[.item]>' },
    run: ({ environment, operands: { id } }) =>
      withDatabase(environment, async (db) => {
        const found = await events.get(db, undefined, id)
        switch (found.state) {
          case 'invalid':
            throw new UsageError(`'${id}' is not ${found.expected}`)
          case 'absent':
            throw new CommandError(`nothing in the index has the id ${id}`)
          case 'found': {
            const [only] = found.events
            return only && found.events.length === 1 ? one(only) : list(found.events, true)
          }
        }
      }),
  }),
  command({
    name: 'event tail',
    summary: 'Prints the records of the event log as they arrive, one JSON document a line, until it is stopped.',
    options: {
      from: withDefault(
        '<place>',
        "beginning, end or a record's position, which is continued after (default end)",
        text,
        'end',
      ),
      limit: optional('<n>', 'stop after this many records, 1 to 10,000', integer(1, 10_000)),
    },
    notes:
      'A line break between the tokens of a payload is printed as a blank, so that a record is one line; nothing else differs from the log.',
    run: ({ environment, options: { from, limit }, write, signal }) =>
      withDatabase(environment, async (db) => {
        const log = await openOperatorLog(db, environment)
        try {
          for await (const record of log.read('events', { from, signal, ...(limit === undefined ? {} : { limit }) })) {
            await write(tailLine(record))
          }
        } catch (error) {
          if (error instanceof RangeError) throw new UsageError(`--from: ${error.message}`)
          throw error
        } finally {
          await log.close()
        }
        return undefined
      }),
  }),
]

function list(found: readonly ListedEvent[], withEnvelope: boolean): Answer {
  return {
    json: () => array(found.map((each) => document(each, withEnvelope))),
    human: () =>
      found.length === 0
        ? 'no event matches\n'
        : table(
            ['received', 'outcome', 'type', 'source', 'mode', 'event', 'request', 'idempotency key'],
            found.map(({ row }) => [
              row.received_at,
              row.reason === null ? row.outcome : `${row.outcome} (${row.reason})`,
              row.event_type,
              row.source,
              row.mode,
              row.event_id,
              row.item === 0 ? row.request_id : `${row.request_id}.${row.item}`,
              row.idempotency_key,
            ]),
          ),
  }
}

function one(event: ListedEvent): Answer {
  return {
    json: () => document(event, true),
    human: () => {
      const rows = fields(Object.entries(event.row as Readonly<Record<string, string | number | null>>))
      return event.envelope === null ? rows : `${rows}envelope  ${printable(event.envelope.toString('utf8'))}\n`
    },
  }
}

/** The row's members, then the envelope spliced in: its bytes are the sender's and are not parsed and written anew. */
function document({ row, envelope }: ListedEvent, withEnvelope: boolean): Buffer {
  const members = JSON.stringify(row satisfies EventRow)
  if (!withEnvelope) return Buffer.from(members)
  return Buffer.concat([
    Buffer.from(`${members.slice(0, -1)},"envelope":`),
    envelope ?? Buffer.from('null'),
    Buffer.from('}'),
  ])
}

function array(documents: readonly Buffer[]): Buffer {
  const parts = documents.flatMap((each, index) => [Buffer.from(index === 0 ? '' : ','), each])
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')])
}

function describeFault({
  position,
  text: found,
  expected,
}: {
  position: number
  text: string
  expected: string
}): string {
  return `expected ${expected} at ${position + 1}${found === '' ? '' : `, found '${printable(found)}'`}`
}
