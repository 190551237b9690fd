'use server'

import { z } from 'zod'
import { memberAction } from '../../server/action.ts'
import { postTestEvent } from '../../server/test-event.ts'
import { text } from './text.ts'

export const sendTest = memberAction(
  'events.send',
  z.object({
    eventType: z.string().trim().min(1, text.typeMissing).max(300),
    payload: z.string().trim().min(2, text.payloadMissing).max(200_000, text.payloadLarge),
    idempotencyKey: z.string().max(300),
  }),
  postTestEvent,
)
