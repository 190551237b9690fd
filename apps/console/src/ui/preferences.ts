/** How one browser's user likes it; kept in a cookie, so that the server renders it. */
export type Preferences = {
  readonly density: 'compact' | 'comfortable'
  readonly shortcuts: 'on' | 'off'
  /** Null: nobody chose one. */
  readonly theme: Theme | null
}

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const preferencesCookie = 'em_preferences'
export const standard: Preferences = { density: 'compact', shortcuts: 'on', theme: null }

/** `comfortable.off.dark` as the cookie keeps it; what it does not know is the standard. */
export function readPreferences(text: string | undefined): Preferences {
  const [density, shortcuts, theme] = (text ?? '').split('.')
  return {
    density: density === 'comfortable' ? density : standard.density,
    shortcuts: shortcuts === 'off' ? shortcuts : standard.shortcuts,
    theme: themes.find((each) => each === theme) ?? standard.theme,
  }
}

export function writePreferences({ density, shortcuts, theme }: Preferences): string {
  return [density, shortcuts, ...(theme === null ? [] : [theme])].join('.')
}
