import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'
import { passwordProblem } from './password-rules.ts'

test('keeps a password as argon2id with 19 MiB, two passes, one lane', async () => {
  const stored = await hashPassword('four quiet lanterns')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await verifyPassword(stored, 'four quiet lanterns')).toBe(true)
  expect(await verifyPassword(stored, 'four quiet lanternS')).toBe(false)
})

test('cuts nothing off a long password', async () => {
  const long = `${'ä'.repeat(127)}x`
  const stored = await hashPassword(long)
  expect(await verifyPassword(stored, long)).toBe(true)
  expect(await verifyPassword(stored, `${'ä'.repeat(127)}y`)).toBe(false)
})

test('takes the same letters for the same password however they are composed', async () => {
  expect(await verifyPassword(await hashPassword('caf\u00e9 im winterwald'), 'cafe\u0301 im winterwald')).toBe(true)
})

test('never lets an unknown person in, after a real verification', async () => {
  expect(await verifyPassword(undefined, 'anything')).toBe(false)
})

test.each(['elevenchars', 'a'.repeat(129)])('refuses the length of %s', (password) => {
  expect(passwordProblem(password, [])).toMatch(/^Use at/)
})

test.each([
  'password1234',
  'P@ssw0rd1234',
  'qwertyuiop12',
  '123456789012',
  'aaaaaaaaaaaa',
  'abcdefghijklm',
  'Summer2026!!',
  'iloveyou2026',
  'acme-acme-acme1',
])('refuses %s, which is guessed early', (password) => {
  expect(passwordProblem(password, ['acme', 'ana'])).toMatch(/easy to guess/)
})

test.each(['four quiet lanterns', 'Zr7-kkP2x_Wq', 'der hund frisst keine möhren', 'twelve chars'])(
  'takes %s',
  (password) => {
    expect(passwordProblem(password, ['acme'])).toBeUndefined()
  },
)
