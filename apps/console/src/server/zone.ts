import 'server-only'
import { cookies } from 'next/headers'
import { readZone, type Zone, zoneCookie } from '../ui/format.ts'

/** The zone that this browser's screens show times in. */
export async function requestZone(): Promise<Zone> {
  return readZone(decoded((await cookies()).get(zoneCookie)?.value))
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    // Somebody's own cookie: as good as none.
    return undefined
  }
}
