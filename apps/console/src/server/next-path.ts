/** Where to go on after signing in: a path of ours, never another site. */
export function nextPath(text: string | undefined, fallback = '/'): string {
  if (text === undefined || !/^\/(?![/\\])/.test(text) || /[\u0000-\u001f\\]/.test(text)) return fallback
  const base = 'http://internal.invalid'
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  return url?.origin === base ? `${url.pathname}${url.search}` : fallback
}
