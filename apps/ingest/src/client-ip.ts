import { isIP } from 'node:net'

/**
 * The sender's address. X-Forwarded-For counts only as far as the operator's own proxies wrote it: with n trusted hops
 * the n-th address from the right; everything left of it is the sender's claim. What is not an address there is ignored.
 */
export function clientIp(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedHops: number,
): string {
  const peer = plainAddress(socketAddress ?? '') ?? '0.0.0.0'
  if (trustedHops === 0 || forwardedFor === undefined) return peer
  const hops = forwardedFor.split(',')
  return plainAddress(hops[Math.max(0, hops.length - trustedHops)]!.trim()) ?? peer
}

/** `::ffff:192.0.2.1` is the same sender as `192.0.2.1`; some proxies add a port. */
function plainAddress(text: string): string | undefined {
  if (isIP(text) !== 0)
    return text.startsWith('::ffff:') && isIP(text.slice(7)) === 4 ? text.slice(7) : text.toLowerCase()
  const withoutPort = /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1]
  return withoutPort === undefined ? undefined : plainAddress(withoutPort)
}
