/**
 * The ways in which a provider may have written the address it signed: with and without port, and the form that the
 * WHATWG URL parser gives (an apostrophe in the query becomes %27), and percent-decoded.
 */
export function urlForms(url: string): readonly string[] {
  const parts = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(url)
  if (parts === null) return [url]
  const scheme = parts[1]!
  const authority = parts[2]!
  const host = authority.replace(/:\d+$/, '')
  const port = scheme.toLowerCase() === 'http' ? '80' : '443'
  const addresses = [url, `${scheme}://${host}${parts[3]}`, `${scheme}://${host}:${port}${parts[3]}`]
  const forms = addresses.flatMap((address) => [address, parsed(address), decoded(address)])
  return [...new Set(forms)]
}

function parsed(url: string): string {
  if (!URL.canParse(url)) return url
  const parsedUrl = new URL(url)
  // The parser drops a default port, which may be the very thing that was signed.
  const port = /^https?:\/\/[^/?#]*:(\d+)(?=[/?#]|$)/i.exec(url)?.[1]
  if (port === undefined || parsedUrl.port !== '') return parsedUrl.href
  return parsedUrl.href.replace(parsedUrl.host, `${parsedUrl.host}:${port}`)
}

function decoded(url: string): string {
  try {
    return decodeURI(url)
  } catch {
    // A lone percent sign: there is no decoded form.
    return url
  }
}
