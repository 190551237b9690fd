/**
 * Whether a request that changes something comes from our own pages: `Sec-Fetch-Site: same-origin`, which no page can
 * forge, or, from a browser without it, an `Origin` equal to the public address. OWASP ASVS 5.0 3.5.1.
 */
export function isSameOrigin(headers: { get(name: string): string | null }, publicUrl: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  return origin !== null && origin === new URL(publicUrl).origin
}
