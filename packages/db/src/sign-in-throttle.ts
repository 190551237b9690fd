import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Database, Transaction } from './connect.ts'

/**
 * Slows guessing down, never locks out: from the 5th failure in a row an account waits 1, 2, 4 … s, at most 15 min; an
 * address (IPv6: its /64) may fail 20 times in 10 min. An attempt counts as failed before the password is looked at, so
 * parallel guesses are counted too; `succeeded` takes it back.
 */
export type Attempt = { readonly email: string; readonly ip: string }
export type Admission = { readonly ok: true } | { readonly ok: false; readonly retryAfterS: number }

const account = { freeFailures: 4, waitS: 1, waitSMax: 900, forgetS: 86_400 }
const network = { failuresMax: 20, windowS: 600 }

export async function admit(db: Database, attempt: Attempt): Promise<Admission> {
  return await db.transaction(async (tx) => {
    const subjects = subjectsOf(attempt)
    // One order for everybody: two attempts that share both subjects never wait for each other in a circle.
    const [first, second] = [subjects.account, subjects.network].sort(Buffer.compare) as [Buffer, Buffer]
    await tx.sql`
      insert into sign_in_throttle (subject, failures, window_ends_at)
      values (${first}, 0, now()), (${second}, 0, now()) on conflict (subject) do nothing`
    const rows = await tx.sql<Row[]>`
      select subject, case when window_ends_at <= now() then 0 else failures end as failures,
             ceil(extract(epoch from blocked_until - now()))::int as wait_s
      from sign_in_throttle where subject in (${first}, ${second}) order by subject for update`
    const waitS = Math.max(...rows.map((row) => row.wait_s ?? 0))
    if (waitS > 0) return { ok: false, retryAfterS: waitS }

    for (const row of rows) await countFailure(tx, row, row.subject.equals(subjects.account))
    await tx.sql`
      delete from sign_in_throttle where subject in (
        select subject from sign_in_throttle where window_ends_at < now() - interval '1 day'
        order by window_ends_at limit 50 for update skip locked)`
    return { ok: true }
  })
}

/** The attempt that was admitted was right: the account starts anew, the network gets its attempt back. */
export async function succeeded(db: Database, attempt: Attempt): Promise<void> {
  const subjects = subjectsOf(attempt)
  await db.transaction(async (tx) => {
    await tx.sql`delete from sign_in_throttle where subject = ${subjects.account}`
    await tx.sql`
      update sign_in_throttle set failures = greatest(failures - 1, 0), blocked_until = null
      where subject = ${subjects.network}`
  })
}

type Row = { readonly subject: Buffer; readonly failures: number; readonly wait_s: number | null }

async function countFailure(tx: Transaction, row: Row, isAccount: boolean): Promise<void> {
  const failures = row.failures + 1
  if (isAccount) {
    const beyond = failures - account.freeFailures
    const waitS = beyond > 0 ? Math.min(account.waitS * 2 ** (beyond - 1), account.waitSMax) : 0
    await tx.sql`
      update sign_in_throttle set failures = ${failures}, window_ends_at = now() + ${account.forgetS} * interval '1 s',
        blocked_until = ${waitS === 0 ? null : tx.sql`now() + ${waitS} * interval '1 s'`}
      where subject = ${row.subject}`
    return
  }
  await tx.sql`
    update sign_in_throttle set failures = ${failures},
      window_ends_at = case when window_ends_at <= now() then now() + ${network.windowS} * interval '1 s' else window_ends_at end
    where subject = ${row.subject}`
  if (failures < network.failuresMax) return
  await tx.sql`update sign_in_throttle set blocked_until = window_ends_at where subject = ${row.subject}`
}

function subjectsOf({ email, ip }: Attempt): { readonly account: Buffer; readonly network: Buffer } {
  return {
    account: hash('sha256', `account:${email}`, 'buffer'),
    network: hash('sha256', `network:${networkOf(ip)}`, 'buffer'),
  }
}

/** A subscriber has a whole /64 of IPv6: it counts as one. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = ip.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`
}
