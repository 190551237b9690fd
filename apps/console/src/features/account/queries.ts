import 'server-only'
import { type CurrentUser, list } from '../../server/session.ts'
import { type SessionRow, toSessionRow } from './session-row.ts'

export async function mySessions({ session }: CurrentUser): Promise<readonly SessionRow[]> {
  return (await list()).map((each) => toSessionRow(each, session))
}
