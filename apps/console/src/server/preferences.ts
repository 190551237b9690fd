import 'server-only'
import { cookies } from 'next/headers'
import { type Preferences, preferencesCookie, readPreferences } from '../ui/preferences.ts'

export async function requestPreferences(): Promise<Preferences> {
  return readPreferences((await cookies()).get(preferencesCookie)?.value)
}
