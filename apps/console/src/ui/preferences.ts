/** How one browser's user likes it; kept in a cookie, so that the server renders it. */
export type Preferences = { readonly density: 'compact' | 'comfortable'; readonly shortcuts: 'on' | 'off' }

export const preferencesCookie = 'em_preferences'
export const standard: Preferences = { density: 'compact', shortcuts: 'on' }

/** `comfortable.off` as the cookie keeps it; what it does not know is the standard. */
export function readPreferences(text: string | undefined): Preferences {
  const [density, shortcuts] = (text ?? '').split('.')
  return {
    density: density === 'comfortable' ? density : standard.density,
    shortcuts: shortcuts === 'off' ? shortcuts : standard.shortcuts,
  }
}

export function writePreferences({ density, shortcuts }: Preferences): string {
  return `${density}.${shortcuts}`
}
