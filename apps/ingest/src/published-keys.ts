import type { KeysPort } from '@eventmesh/providers'

/** The only hosts that ingest ever calls: what providers publish to prove their deliveries with. */
const certificateHosts = /^(?:sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|(?:[a-z0-9-]+\.)*paypal\.com)$/
const keySetHosts = /^www\.googleapis\.com$/
const confirmationHosts = /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/

const deadlineMs = 2_500
const bytesMax = 256 * 1024
const entriesMax = 200
const fetchesMax = 8
const certificateAgeMs = 24 * 3_600_000
const keySetAgeMs = 3_600_000
/** What could not be had is not asked for again with every request. */
const failureAgeMs = 5_000

export type PublishedKeys = KeysPort & {
  /** Opens an address that confirms a subscription; false when it is none, or does not answer 2xx in time. */
  confirm(url: string): Promise<boolean>
}

type Entry = { readonly text: Promise<string | undefined>; until: number }

/**
 * Certificates and key sets from the pinned hosts alone, over https, never along a redirect, within a deadline; kept in
 * memory and asked for at most once at a time. `now` is monotonic milliseconds.
 */
export function openPublishedKeys(
  options: { readonly fetch?: typeof fetch; readonly now?: () => number } = {},
): PublishedKeys {
  const { fetch: load = fetch, now = () => performance.now() } = options
  const entries = new Map<string, Entry>()
  let running = 0

  async function get(url: string): Promise<string | undefined> {
    if (running >= fetchesMax) return undefined
    running += 1
    try {
      const response = await load(url, { redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) })
      if (response.status < 200 || response.status > 299) {
        await response.body?.cancel()
        return undefined
      }
      return await readBounded(response)
    } catch {
      // Away, too slow or broken off: whoever needs it answers 503.
      return undefined
    } finally {
      running -= 1
    }
  }

  return {
    get({ kind, url }) {
      if (!isAt(url, kind === 'jwks' ? keySetHosts : certificateHosts)) return Promise.resolve(undefined)
      const known = entries.get(url)
      if (known !== undefined && now() < known.until) return known.text
      const entry: Entry = { text: get(url), until: Number.POSITIVE_INFINITY }
      entries.delete(url)
      if (entries.size >= entriesMax) entries.delete(entries.keys().next().value!)
      entries.set(url, entry)
      void entry.text.then((text) => {
        const ageMs = text === undefined ? failureAgeMs : kind === 'jwks' ? keySetAgeMs : certificateAgeMs
        entry.until = now() + ageMs
      })
      return entry.text
    },
    async confirm(url) {
      return isAt(url, confirmationHosts) && (await get(url)) !== undefined
    },
  }
}

/** https on its own port, without user or password, on a pinned host. */
function isAt(text: string, hosts: RegExp): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, port, username, password } = new URL(text)
  return protocol === 'https:' && port === '' && username === '' && password === '' && hosts.test(hostname)
}

async function readBounded(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
