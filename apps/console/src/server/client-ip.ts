import { isIP } from 'node:net'

/** Set by `start.ts` on every request from its socket, over whatever the sender wrote there. */
export const peerHeader = 'x-eventmesh-peer'

/**
 * The browser's address. X-Forwarded-For counts only as far as the operator's own proxies wrote it: with n trusted hops
 * the n-th address from the right; everything left of it is the sender's claim.
 */
export function clientIp(peer: string | null, forwardedFor: string | null, trustedHops: number): string {
  const socket = plain(peer ?? '') ?? '0.0.0.0'
  if (trustedHops === 0 || forwardedFor === null) return socket
  const hops = forwardedFor.split(',')
  return plain(hops[Math.max(0, hops.length - trustedHops)]?.trim() ?? '') ?? socket
}

function plain(text: string): string | undefined {
  if (isIP(text) === 0) return undefined
  return text.startsWith('::ffff:') && isIP(text.slice(7)) === 4 ? text.slice(7) : text.toLowerCase()
}
