'use server'

import { keys } from '@eventmesh/db'
import { z } from 'zod'
import { done, fault, memberAction } from '../../server/action.ts'
import { postTestEvent } from '../../server/test-event.ts'
import { firstKeyPrefix } from './key-name.ts'

export const createFirstKey = memberAction(
  'keys.write.test',
  z.object({ operationId: z.uuid() }),
  async ({ db, member, by }, { operationId }) => {
    const name = `${firstKeyPrefix}-${operationId.slice(0, 6)}`
    const created = await keys.create(db, { tenantId: member.tenant.id, name, mode: 'test', operationId }, by)
    return created.ok ? done({ key: created.secret }) : fault(created.code, created.detail)
  },
)

/** One event with a key of its own, so that each press is a new one. */
export const sendFirst = memberAction('events.send', z.object({}), async (context) => {
  const sent = await postTestEvent(context, {
    eventType: 'hello.world',
    payload: '{"from":"console"}',
    idempotencyKey: `hello-${crypto.randomUUID()}`,
  })
  return sent.ok ? done(null) : sent
})
