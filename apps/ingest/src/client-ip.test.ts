import { describe, expect, it } from 'vitest'
import { clientIp } from './client-ip.ts'

describe('client address', () => {
  it.each([
    ['no hop trusted: a forged header counts for nothing', '192.0.2.1', '203.0.113.9', 0, '192.0.2.1'],
    [
      'one hop: the last entry, not what the sender put before it',
      '10.0.0.1',
      '1.1.1.1, 203.0.113.9',
      1,
      '203.0.113.9',
    ],
    ['two hops: the second from the right', '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
    ['fewer entries than hops: the first', '10.0.0.1', '203.0.113.9', 3, '203.0.113.9'],
    ['trusted but absent: the socket', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['no address at the trusted place: the socket', '10.0.0.1', '203.0.113.9, unknown', 1, '10.0.0.1'],
    ['a port behind it', '10.0.0.1', '203.0.113.9:4711', 1, '203.0.113.9'],
    ['IPv6 in brackets with a port', '10.0.0.1', '[2001:DB8::1]:4711', 1, '2001:db8::1'],
    ['IPv4 mapped into IPv6', '::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
  ])('%s', (_case, socket, forwarded, hops, expected) => {
    expect(clientIp(socket, forwarded, hops)).toBe(expected)
  })
})
