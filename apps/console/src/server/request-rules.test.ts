import { describe, expect, test } from 'vitest'
import { clientIp } from './client-ip.ts'
import { nextPath } from './next-path.ts'
import { isSameOrigin } from './same-origin.ts'

describe('a request that changes something', () => {
  const from = (headers: Record<string, string>) => isSameOrigin(new Headers(headers), 'https://console.example.com')

  test('comes from our own pages', () => {
    expect(from({ 'sec-fetch-site': 'same-origin' })).toBe(true)
    expect(from({ origin: 'https://console.example.com' })).toBe(true)
  })

  test.each([
    [{}],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://console.example.com' }],
    [{ origin: 'https://console.example.com.evil.example' }],
    [{ origin: 'http://console.example.com' }],
    [{ origin: 'null' }],
  ])('is refused with %j', (headers) => {
    expect(from(headers)).toBe(false)
  })
})

describe('where to go on', () => {
  test.each(['/acme/events?q=type%3Aorder.*', '/', '/acme'])('is %s', (path) => {
    expect(nextPath(path)).toBe(path)
  })

  test.each([
    undefined,
    '',
    'acme',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\\..\\b',
  ])('is never %j', (path) => {
    expect(nextPath(path)).toBe('/')
  })
})

describe('the browser’s address', () => {
  test('is its socket’s, whatever it claims', () => {
    expect(clientIp('192.0.2.1', '203.0.113.9', 0)).toBe('192.0.2.1')
    expect(clientIp('::ffff:192.0.2.1', null, 0)).toBe('192.0.2.1')
    expect(clientIp(null, null, 0)).toBe('0.0.0.0')
  })

  test('is what the operator’s own proxies saw', () => {
    expect(clientIp('10.0.0.1', '203.0.113.9, 198.51.100.4', 1)).toBe('198.51.100.4')
    expect(clientIp('10.0.0.1', '203.0.113.9, 198.51.100.4', 2)).toBe('203.0.113.9')
    expect(clientIp('10.0.0.1', 'nonsense', 1)).toBe('10.0.0.1')
  })
})
