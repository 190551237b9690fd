import { isIP } from 'node:net'
import { z } from 'zod'

/** One IPv4 or IPv6 address, or a range in CIDR form; kept as the network that it lies in. */
export const ipRangeSchema = z
  .string()
  .trim()
  .refine(isRange, 'must be an IP address or a range such as 203.0.113.0/24 or 2001:db8::/48')

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}
