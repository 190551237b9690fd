import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { providers } from './registry.ts'
import { checkSecret, splitSecrets } from './secret-form.ts'
import { testSecret } from './testing.ts'

const check = (id: string, secret: string, options = {}) => checkSecret(providers.get(id)!, options, secret)

describe('the form of a secret', () => {
  test('a good one of every form is taken without a word', () => {
    for (const provider of providers.list()) {
      if (['none', 'pem', 'jwk', 'ed25519', 'ec-spki'].includes(provider.secret.form)) continue
      expect(checkSecret(provider, {}, testSecret(provider, 'own')), provider.id).toEqual({ ok: true })
    }
  })

  test('an empty one and a pasted signature are refused by every provider', () => {
    for (const provider of providers.list()) {
      for (const secret of [
        '',
        ' ',
        '\t',
        'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        'a\u0000b',
        'x'.repeat(20_000),
      ]) {
        expect(checkSecret(provider, {}, secret).ok, `${provider.id}: ${secret.slice(0, 20)}`).toBe(false)
      }
    }
  })

  test.each([
    ['standard-webhooks', 'whsec_not base64!'],
    ['standard-webhooks', 'whsec_'],
    ['standard-webhooks', 'whsk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='],
    ['standard-webhooks', 'whpk_Zm9v'],
    ['gitlab', 'whsec_!'],
    ['discord', 'abc'],
    ['discord', 'g'.repeat(64)],
    ['sendgrid', 'Zm9v'],
    ['adyen', 'not hex'],
    ['adyen', 'abc'],
    ['airtable', '%%%'],
    ['finch', 'not base64'],
    ['pusher', 'no-colon'],
    ['pusher', ':secret'],
    ['livekit', 'key:'],
    ['braintree', 'public'],
    ['braintree', 'a|b|c'],
    ['postmark', 'user'],
    ['basic-auth', ':password'],
    ['wix', 'no pem'],
    ['wix', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['aws-sns', 'no pem'],
    ['plaid', '{"kty":"EC"}'],
    ['plaid', 'no json'],
    ['gcp-pubsub', '{"kty":"oct","k":"AAAA"}'],
    ['telegram', 'with blank'],
    ['contentful', 'a'.repeat(63)],
    ['contentful', 'a'.repeat(65)],
    ['twitch', 'x'.repeat(9)],
    ['twitch', 'x'.repeat(101)],
    ['lemon-squeezy', 'x'.repeat(5)],
    ['lemon-squeezy', 'x'.repeat(41)],
    ['figma', 'x'.repeat(101)],
    ['microsoft-graph', 'x'.repeat(129)],
    ['docker-hub', 'anything'],
    ['none', 'anything'],
  ])('%s refuses %j', (id, secret) => expect(check(id, secret).ok).toBe(false))

  test('a refusal never repeats the secret', () => {
    for (const id of ['discord', 'sendgrid', 'adyen', 'plaid', 'wix', 'telegram', 'contentful']) {
      expect(JSON.stringify(check(id, 'hunter2-hunter2!'))).not.toContain('hunter2')
    }
  })

  test.each([
    ['stripe', 'short', true],
    ['stripe', 'x'.repeat(15), true],
    ['stripe', 'x'.repeat(16), false],
    ['razorpay', '123456', true],
    ['openai', 'Zm9v', true],
    ['standard-webhooks', `whsec_${Buffer.alloc(23, 1).toString('base64')}`, true],
    ['standard-webhooks', `whsec_${Buffer.alloc(24, 1).toString('base64')}`, false],
    ['github', "It's a Secret to Everybody", false],
    ['github', 'ends with a blank ', true],
  ])('%s takes %j, with a warning: %s', (id, secret, isWarned) => {
    const result = check(id, secret)
    expect(result.ok).toBe(true)
    expect(result.ok && result.warning !== undefined).toBe(isWarned)
  })

  test('keys of other kinds', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(check('wix', pem).ok).toBe(true)
    expect(check('paypal', ec.publicKey.export({ type: 'spki', format: 'pem' }).toString()).ok).toBe(false)
    expect(check('sendgrid', ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')).ok).toBe(true)
    expect(check('plaid', JSON.stringify({ ...ec.publicKey.export({ format: 'jwk' }), kid: 'k' })).ok).toBe(true)
    expect(check('plaid', JSON.stringify(ec.publicKey.export({ format: 'jwk' }))).ok).toBe(false)
    expect(check('plaid', JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'k' })).ok).toBe(false)
    expect(check('gcp-pubsub', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))).ok).toBe(true)
    expect(check('standard-webhooks', 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=')).toEqual({ ok: true })
    expect(check('generic-hmac', 'zz', { key: 'hex' }).ok).toBe(false)
    expect(check('generic-hmac', 'ab'.repeat(16), { key: 'hex' })).toEqual({ ok: true })
  })
})

describe('several secrets', () => {
  test('one a line, blanks kept, empty lines passed over', () => {
    expect(splitSecrets('one\r\ntwo with blank \n\nthree')).toEqual(['one', 'two with blank ', 'three'])
    expect(splitSecrets('')).toEqual([])
  })

  test('a PEM block is one secret, among others', () => {
    const pem = '-----BEGIN PUBLIC KEY-----\nAAAA\nBBBB\n-----END PUBLIC KEY-----'
    expect(splitSecrets(`first\n${pem}\r\nlast\n`)).toEqual(['first', `${pem}\n`, 'last'])
    expect(splitSecrets('-----BEGIN PUBLIC KEY-----\nAAAA')).toEqual(['-----BEGIN PUBLIC KEY-----\nAAAA'])
  })
})
