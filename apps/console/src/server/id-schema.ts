import { isUuid } from '@eventmesh/envelope'
import { z } from 'zod'

/** A row's id, typed as its operation takes it. */
export function idSchema<Id extends string>(): z.ZodType<Id, Id> {
  return z.custom<Id>((value) => typeof value === 'string' && isUuid(value))
}
