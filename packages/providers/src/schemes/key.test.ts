import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { keyedHash } from './key.ts'

it.each([1, 32, 64, 65, 131, 256])('gives the HMAC of a key of %i bytes, whatever they are', (length) => {
  const key = Buffer.from(Array.from({ length }, (_, at) => 255 - at))
  const expected = createHmac('sha256', key).update('body').digest('hex')
  expect(keyedHash('sha256', key).update('body').digest('hex')).toBe(expected)
})
