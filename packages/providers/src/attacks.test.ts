import { createHmac, generateKeyPairSync, hash, sign as signBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import { type Delivery, delivered, judged, testOptions, testSecret } from './testing.ts'

const nowMs = 1_700_000_000_000

const signing = providers
  .list()
  .filter((provider) => provider.scheme.sign !== undefined && provider.secret.form !== 'none')
const cases = signing.map((provider) => [provider.id, provider] as const)
const withHeaders = cases.filter(([, provider]) => proofHeader(provider) !== undefined)

describe('a signed delivery of every provider whose secret can sign', () => {
  test.each(cases)('%s: is verified by any of several secrets, and says which', async (_id, provider) => {
    const secret = testSecret(provider, 'own')
    const delivery = delivered(provider, secret, nowMs)
    const verdict = await judged(provider, delivery, [testSecret(provider, 'other'), secret], nowMs)
    expect(verdict).toMatchObject({ kind: 'verified', secretId: 'secret-1' })
  })

  test.each(cases)('%s: another secret, and none, refuse it', async (_id, provider) => {
    const delivery = delivered(provider, testSecret(provider, 'own'), nowMs)
    expect(await judged(provider, delivery, [testSecret(provider, 'other')], nowMs)).toMatchObject({
      kind: 'refused',
      code: 'signature_mismatch',
    })
    expect(await judged(provider, delivery, [], nowMs)).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
    expect(await judged(provider, delivery, [''], nowMs)).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
  })

  test.each(cases.filter(([, provider]) => provider.scheme.coversBody))(
    '%s: one changed byte of the body refuses it',
    async (_id, provider) => {
      const secret = testSecret(provider, 'own')
      const delivery = delivered(provider, secret, nowMs)
      for (const at of [0, Math.floor(delivery.body.length / 2), delivery.body.length - 1]) {
        const body = Buffer.from(delivery.body)
        body[at]! ^= 0x01
        expect((await judged(provider, { ...delivery, body }, [secret], nowMs)).kind, `byte ${at}`).toBe('refused')
      }
      const longer = Buffer.concat([delivery.body, Buffer.from('x')])
      expect((await judged(provider, { ...delivery, body: longer }, [secret], nowMs)).kind).toBe('refused')
      expect((await judged(provider, { ...delivery, body: delivery.body.subarray(1) }, [secret], nowMs)).kind).toBe(
        'refused',
      )
    },
  )

  test.each(withHeaders)(
    '%s: a header that is absent, empty, truncated, changed or repeated refuses it',
    async (_id, provider) => {
      const secret = testSecret(provider, 'own')
      const delivery = delivered(provider, secret, nowMs)
      const name = proofHeader(provider)!
      const value = headerValue(delivery, name)
      const verdictWith = (values: readonly string[]) =>
        judged(provider, withHeader(delivery, name, values), [secret], nowMs)

      expect(await verdictWith([])).toMatchObject({ kind: 'refused', code: 'signature_missing' })
      expect(await verdictWith([''])).toMatchObject({ kind: 'refused', code: 'signature_missing' })
      expect(await verdictWith([value, value])).toMatchObject({ kind: 'refused', code: 'header_repeated' })
      for (const wrong of [
        value.slice(0, -1),
        value.slice(0, 8),
        value.slice(1),
        `${value},${value}x`,
        `${value} ${value}`.slice(1),
        'x',
        '\u00ff',
        ',,',
        '='.repeat(300),
      ]) {
        if (isStillFine(provider, value, wrong)) continue
        expect((await verdictWith([wrong])).kind, wrong).toBe('refused')
      }
    },
  )

  test('no signature of one provider is taken by another', async () => {
    const deliveries = signing.map((provider) => delivered(provider, testSecret(provider, 'own'), nowMs))
    const taken: string[] = []
    for (const provider of signing) {
      for (const [i, delivery] of deliveries.entries()) {
        if (signing[i]!.id === provider.id) continue
        const verdict = await judged(provider, delivery, [testSecret(provider, 'own')], nowMs)
        if (verdict.kind === 'verified') taken.push(`${signing[i]!.id} at ${provider.id}`)
      }
    }
    expect(taken).toEqual([])
  })

  const bounded = cases.filter(([, provider]) => provider.scheme.bounds !== undefined)
  test.each(bounded)(
    '%s: the signed timestamp is bounded, and each bound is where the record says',
    async (_id, provider) => {
      const secret = testSecret(provider, 'own')
      const delivery = delivered(provider, secret, nowMs)
      const at = (offsetS: number) => judged(provider, delivery, [secret], nowMs + offsetS * 1000)
      const { pastS, futureS } = provider.scheme.bounds!
      if (pastS !== undefined) {
        expect((await at(pastS)).kind).toBe('verified')
        expect(await at(pastS + 1)).toMatchObject({ kind: 'refused', code: 'timestamp_skew' })
      }
      if (futureS === undefined) {
        expect((await at(-1_000_000)).kind).toBe('verified')
        return
      }
      expect((await at(-futureS)).kind).toBe('verified')
      expect(await at(-futureS - 1)).toMatchObject({ kind: 'refused', code: 'timestamp_skew' })
    },
  )

  test("the source's own tolerance counts both ways", async () => {
    const paddle = providers.get('paddle')!
    const secret = testSecret(paddle, 'own')
    const delivery = delivered(paddle, secret, nowMs)
    const at = (offsetS: number) => judged(paddle, delivery, [secret], nowMs + offsetS * 1000, { tolerance: '60' })
    expect((await at(60)).kind).toBe('verified')
    expect((await at(-60)).kind).toBe('verified')
    expect(await at(61)).toMatchObject({ code: 'timestamp_skew' })
    expect(await at(-61)).toMatchObject({ code: 'timestamp_skew' })
  })

  test('a timestamp that is moved breaks the signature', async () => {
    const slack = providers.get('slack')!
    const secret = testSecret(slack, 'own')
    const old = delivered(slack, secret, nowMs - 3_600_000)
    const moved = withHeader(old, 'x-slack-request-timestamp', [String(nowMs / 1000)])
    expect(await judged(slack, moved, [secret], nowMs)).toMatchObject({ code: 'signature_mismatch' })
  })

  test.each(cases.filter(([, provider]) => provider.scheme.signsUrl))(
    '%s: another address refuses it',
    async (id, provider) => {
      const secret = testSecret(provider, 'own')
      const delivery = delivered(provider, secret, nowMs)
      const other = { ...delivery, url: 'https://hooks.example.com/hooks/other' }
      expect((await judged(provider, other, [secret], nowMs)).kind).toBe('refused')
      const options = { ...testOptions[id], public_url: delivery.url }
      expect((await judged(provider, other, [secret], nowMs, options)).kind).toBe('verified')
    },
  )
})

describe('schemes with more than one way in', () => {
  test('GitLab: where a signature is present the token never counts', async () => {
    const gitlab = providers.get('gitlab')!
    const secrets = [testSecret(gitlab, 'own'), 'plain-secret-token']
    const delivery = delivered(gitlab, secrets[0]!, nowMs)
    const token = withHeader({ ...delivery, headers: [] }, 'x-gitlab-token', ['plain-secret-token'])
    expect((await judged(gitlab, token, secrets, nowMs)).kind).toBe('verified')
    const both = withHeader(withHeader(delivery, 'x-gitlab-token', ['plain-secret-token']), 'webhook-signature', [
      'v1,AAAA',
    ])
    expect((await judged(gitlab, both, secrets, nowMs)).kind).toBe('refused')
    const signingTokenAsToken = withHeader({ ...delivery, headers: [] }, 'x-gitlab-token', [secrets[0]!])
    expect((await judged(gitlab, signingTokenAsToken, [secrets[0]!], nowMs)).kind).toBe('refused')
  })

  test('HubSpot: an older signature does not stand in for a bad v3', async () => {
    const hubspot = providers.get('hubspot')!
    const secret = testSecret(hubspot, 'own')
    const delivery = delivered(hubspot, secret, nowMs)
    const v1 = hash('sha256', Buffer.concat([Buffer.from(secret), delivery.body]), 'hex')
    const old = withHeader({ ...delivery, headers: [] }, 'x-hubspot-signature', [v1])
    expect((await judged(hubspot, old, [secret], nowMs)).kind).toBe('verified')
    const both = withHeader(withHeader(delivery, 'x-hubspot-signature', [v1]), 'x-hubspot-signature-v3', [
      Buffer.alloc(32).toString('base64'),
    ])
    expect(await judged(hubspot, both, [secret], nowMs)).toMatchObject({ code: 'signature_mismatch' })
  })

  test('Flutterwave: the hash of v3 does not stand in for a bad v4 signature', async () => {
    const flutterwave = providers.get('flutterwave')!
    const secret = testSecret(flutterwave, 'own')
    const v3 = withHeader({ ...delivered(flutterwave, secret, nowMs), headers: [] }, 'verif-hash', [secret])
    expect((await judged(flutterwave, v3, [secret], nowMs)).kind).toBe('verified')
    const both = withHeader(v3, 'flutterwave-signature', [Buffer.alloc(32).toString('base64')])
    expect((await judged(flutterwave, both, [secret], nowMs)).kind).toBe('refused')
  })

  test('Qonto: the newer signature binds its time', async () => {
    const qonto = providers.get('qonto')!
    const body = Buffer.from('{"id":"1","event_type":"a"}')
    const signature = createHmac('sha256', 'secret-key-of-qonto').update('1700000000.').update(body).digest('hex')
    const headers = [['x-qonto-signature', `t=1700000000,v1=${signature}`]] as const
    const delivery = { url: 'https://example.com/h', headers, body }
    expect(await judged(qonto, delivery, ['secret-key-of-qonto'], nowMs)).toMatchObject({
      kind: 'verified',
      signedAt: { text: '1700000000' },
    })
  })

  test('DocuSign: any header may match any key, and each counts once', async () => {
    const docusign = providers.get('docusign')!
    const secret = testSecret(docusign, 'own')
    const delivery = delivered(docusign, secret, nowMs)
    const value = headerValue(delivery, 'x-docusign-signature-1')
    const second = withHeader(
      withHeader(delivery, 'x-docusign-signature-1', [Buffer.alloc(32, 1).toString('base64')]),
      'x-docusign-signature-2',
      [value],
    )
    expect((await judged(docusign, second, [secret], nowMs)).kind).toBe('verified')
    const beyond = withHeader({ ...delivery, headers: [] }, 'x-docusign-signature-101', [value])
    expect((await judged(docusign, beyond, [secret], nowMs)).kind).toBe('refused')
  })

  test('Pusher and LiveKit: the named key alone may match', async () => {
    const pusher = providers.get('pusher')!
    const delivery = delivered(pusher, 'key-a:shared-secret-0123', nowMs)
    expect((await judged(pusher, delivery, ['key-b:shared-secret-0123'], nowMs)).kind).toBe('refused')
    const livekit = providers.get('livekit')!
    expect(
      (
        await judged(
          livekit,
          delivered(livekit, 'key-a:shared-secret-0123', nowMs),
          ['key-b:shared-secret-0123'],
          nowMs,
        )
      ).kind,
    ).toBe('refused')
  })

  test('CloudEvents: a token in header and query at once is refused', async () => {
    const cloudevents = providers.get('cloudevents')!
    const body = Buffer.from('{}')
    const query = { url: 'https://example.com/h?access_token=the-token-of-ours', headers: [], body }
    expect((await judged(cloudevents, query, ['the-token-of-ours'], nowMs)).kind).toBe('verified')
    const both = { ...query, headers: [['authorization', 'Bearer the-token-of-ours']] as const }
    expect((await judged(cloudevents, both, ['the-token-of-ours'], nowMs)).kind).toBe('refused')
    const twice = { ...query, url: `${query.url}&access_token=the-token-of-ours` }
    expect((await judged(cloudevents, twice, ['the-token-of-ours'], nowMs)).kind).toBe('refused')
  })
})

describe('proofs inside the body', () => {
  const item = (fields: object, signature: string) => ({
    NotificationRequestItem: { ...fields, additionalData: { hmacSignature: signature } },
  })

  test('Adyen: every item needs its own signature', async () => {
    const adyen = providers.get('adyen')!
    const key = testSecret(adyen, 'own')
    const fields = {
      pspReference: 'p',
      merchantAccountCode: 'm',
      amount: { value: 1130, currency: 'EUR' },
      eventCode: 'AUTHORISATION',
      success: 'true',
    }
    const signature = createHmac('sha256', Buffer.from(key, 'hex'))
      .update('p::m::1130:EUR:AUTHORISATION:true')
      .digest('base64')
    const judgeItems = (items: readonly object[]) => {
      const body = Buffer.from(JSON.stringify({ live: 'false', notificationItems: items }))
      return judged(adyen, { url: 'https://example.com/h', headers: [], body }, [key], nowMs)
    }
    expect((await judgeItems([item(fields, signature), item(fields, signature)])).kind).toBe('verified')
    expect(
      (await judgeItems([item(fields, signature), item({ ...fields, eventCode: 'REFUND' }, signature)])).kind,
    ).toBe('refused')
    expect((await judgeItems([item(fields, signature), { NotificationRequestItem: fields }])).kind).toBe('refused')
    expect((await judgeItems([])).kind).toBe('refused')
  })

  test('Adyen: a bad signature of the body is not made good by its items', async () => {
    const adyen = providers.get('adyen')!
    const delivery = withHeader(delivered(adyen, testSecret(adyen, 'own'), nowMs), 'hmacsignature', [
      Buffer.alloc(32).toString('base64'),
    ])
    expect(await judged(adyen, delivery, [testSecret(adyen, 'own')], nowMs)).toMatchObject({
      code: 'signature_mismatch',
    })
  })

  test('Microsoft Graph: every item needs the clientState', async () => {
    const graph = providers.get('microsoft-graph')!
    const judgeItems = (value: readonly object[]) =>
      judged(
        graph,
        { url: 'https://example.com/h', headers: [], body: Buffer.from(JSON.stringify({ value })) },
        ['the-client-state'],
        nowMs,
      )
    expect((await judgeItems([{ clientState: 'the-client-state' }, { clientState: 'the-client-state' }])).kind).toBe(
      'verified',
    )
    expect((await judgeItems([{ clientState: 'the-client-state' }, { clientState: 'another-state' }])).kind).toBe(
      'refused',
    )
    expect((await judgeItems([{ clientState: 'the-client-state' }, {}])).kind).toBe('refused')
  })

  test('a proof that stands twice in the body is none', async () => {
    const figma = providers.get('figma')!
    const body = Buffer.from('{"passcode":"passcode-of-ours","passcode":"x","event_type":"PING"}')
    expect(
      (await judged(figma, { url: 'https://example.com/h', headers: [], body }, ['passcode-of-ours'], nowMs)).kind,
    ).toBe('refused')
  })

  test('Mailgun and Dropbox Sign: the proof is to be claimed once, the same for another body', async () => {
    for (const id of ['mailgun', 'dropbox-sign']) {
      const provider = providers.get(id)!
      const secret = testSecret(provider, 'own')
      const delivery = delivered(provider, secret, nowMs)
      const changed = { ...delivery, body: Buffer.from(delivery.body.toString().replace(/}$/, ',"added":1}')) }
      const [first, second] = [
        await judged(provider, delivery, [secret], nowMs),
        await judged(provider, changed, [secret], nowMs),
      ]
      expect(first.kind === 'verified' && first.proofToken).toMatch(/^(mailgun|dropbox-sign):/)
      expect(second.kind === 'verified' && second.proofToken).toBe(first.kind === 'verified' && first.proofToken)
    }
  })

  test("Mailgun: a subaccount's event is proved by its parent's signature too", async () => {
    const mailgun = providers.get('mailgun')!
    const part = (key: string) => ({
      timestamp: '1700000000',
      token: 'tok',
      signature: createHmac('sha256', key).update('1700000000tok').digest('hex'),
    })
    const body = Buffer.from(
      JSON.stringify({
        signature: { ...part('sub-key-0123456789'), 'parent-signature': part('parent-key-0123456789') },
        'event-data': {},
      }),
    )
    const delivery = { url: 'https://example.com/h', headers: [], body }
    expect((await judged(mailgun, delivery, ['parent-key-0123456789'], nowMs)).kind).toBe('verified')
    expect((await judged(mailgun, delivery, ['third-key-0123456789'], nowMs)).kind).toBe('refused')
  })

  test('Dropbox Sign: the document may come as a form field', async () => {
    const dropboxSign = providers.get('dropbox-sign')!
    const secret = testSecret(dropboxSign, 'own')
    const { body } = delivered(dropboxSign, secret, nowMs)
    const field = (name: string) => `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${body}\r\n`
    const form = (text: string) => ({
      url: 'https://example.com/h',
      headers: [['content-type', 'multipart/form-data; boundary=xyz']] as const,
      body: Buffer.from(`${text}--xyz--\r\n`),
    })
    expect((await judged(dropboxSign, form(field('json')), [secret], nowMs)).kind).toBe('verified')
    expect((await judged(dropboxSign, form(field('json') + field('json')), [secret], nowMs)).kind).toBe('refused')
    expect((await judged(dropboxSign, form(field('other')), [secret], nowMs)).kind).toBe('refused')
  })

  test('Segment: a batch may be signed by its first item, by no other', async () => {
    const segment = providers.get('segment')!
    const items = ['{"messageId":"1","type":"track"}', '{"messageId":"2","type":"track"}']
    const body = Buffer.from(`[${items.join(', ')}]`)
    const signedBy = (text: string) => ({
      url: 'https://example.com/h',
      headers: [['x-signature', createHmac('sha1', 'secret-of-segment').update(text).digest('hex')]] as const,
      body,
    })
    expect((await judged(segment, signedBy(items[0]!), ['secret-of-segment'], nowMs)).kind).toBe('verified')
    expect((await judged(segment, signedBy(items[1]!), ['secret-of-segment'], nowMs)).kind).toBe('refused')
  })
})

describe('tokens', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const nowS = nowMs / 1000
  const hs = (claims: object, key: string | Buffer, alg = 'HS256') => {
    const signed = `${part({ alg })}.${part(claims)}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }
  const rs = (claims: object, header: object = {}) => {
    const signed = `${part({ alg: 'RS256', ...header })}.${part(claims)}`
    return `${signed}.${signBytes('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`
  }
  const es = (claims: object, header: object) => {
    const signed = `${part({ alg: 'ES256', ...header })}.${part(claims)}`
    return `${signed}.${signBytes('sha256', Buffer.from(signed), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }

  test('Wix: the algorithm is fixed: no none, and no HMAC with the public key', async () => {
    const wix = providers.get('wix')!
    const claims = { data: '{}', iat: nowS, exp: nowS + 60 }
    const judge = (body: string) =>
      judged(
        wix,
        { url: 'https://example.com/h', headers: [['content-type', 'text/plain']], body: Buffer.from(body) },
        [pem],
        nowMs,
      )
    expect((await judge(rs(claims))).kind).toBe('verified')
    for (const forged of [
      hs(claims, pem),
      hs(claims, pem.trim()),
      `${part({ alg: 'none' })}.${part(claims)}.`,
      `${part({ alg: 'none' })}.${part(claims)}.AA`,
      hs(claims, pem, 'RS256'),
      rs(claims, { alg: 'RS512' }),
      rs(claims, { crit: ['x'] }),
    ]) {
      expect((await judge(forged)).kind).toBe('refused')
    }
    expect((await judge(rs({ ...claims, exp: nowS - 10 }))).kind).toBe('verified')
    expect(await judge(rs({ ...claims, exp: nowS - 11 }))).toMatchObject({ code: 'timestamp_skew' })
    expect(await judge(rs({ ...claims, iat: nowS + 11 }))).toMatchObject({ code: 'timestamp_skew' })
    expect((await judge(rs({ data: '{}' }))).kind).toBe('refused')
  })

  test('Pub/Sub: signature, issuer, audience, account and lifetime all count', async () => {
    const pubsub = providers.get('gcp-pubsub')!
    const options = { audience: 'https://example.com/push', email: 'push@example.iam.gserviceaccount.com' }
    const claims = {
      iss: 'https://accounts.google.com',
      aud: options.audience,
      email: options.email,
      email_verified: true,
      iat: nowS,
      exp: nowS + 3600,
    }
    const jwk = JSON.stringify({ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'g1' })
    const judge = (token: string) =>
      judged(
        pubsub,
        { url: 'https://example.com/h', headers: [['authorization', `Bearer ${token}`]], body: Buffer.from('{}') },
        [jwk],
        nowMs,
        options,
      )
    expect((await judge(rs(claims, { kid: 'g1' }))).kind).toBe('verified')
    const wrong = [
      { iss: 'https://evil.example' },
      { aud: 'other' },
      { email: 'x@example.com' },
      { email_verified: false },
      { email_verified: 'no' },
      { exp: nowS - 11 },
      { iat: nowS + 11 },
      { aud: undefined },
      { exp: undefined },
      { exp: 'never' },
    ]
    for (const claim of wrong)
      expect((await judge(rs({ ...claims, ...claim }, { kid: 'g1' }))).kind, JSON.stringify(claim)).toBe('refused')
    expect((await judge(rs(claims, { kid: 'g2' }))).kind).toBe('refused')
    expect((await judge(hs(claims, pem))).kind).toBe('refused')
  })

  test('Plaid: the key that kid names, the body and the age count', async () => {
    const plaid = providers.get('plaid')!
    const jwk = JSON.stringify({ ...ec.publicKey.export({ format: 'jwk' }), kid: 'k1' })
    const body = Buffer.from('{\n  "webhook_type": "ITEM"\n}')
    const judge = (token: string, sent = body) =>
      judged(
        plaid,
        { url: 'https://example.com/h', headers: [['plaid-verification', token]], body: sent },
        [jwk],
        nowMs,
      )
    const claims = { iat: nowS, request_body_sha256: hash('sha256', body, 'hex') }
    expect(await judge(es(claims, { kid: 'k1' }))).toMatchObject({ kind: 'verified', signedAt: { text: String(nowS) } })
    expect((await judge(es(claims, { kid: 'k2' }))).kind).toBe('refused')
    expect((await judge(es(claims, {}))).kind).toBe('refused')
    expect((await judge(es(claims, { kid: 'k1' }), Buffer.from('{"webhook_type":"ITEM"}'))).kind).toBe('refused')
    expect((await judge(es({ ...claims, iat: nowS - 300 }, { kid: 'k1' }))).kind).toBe('verified')
    expect(await judge(es({ ...claims, iat: nowS - 301 }, { kid: 'k1' }))).toMatchObject({ code: 'timestamp_skew' })
    expect(await judge(es({ ...claims, iat: nowS + 301 }, { kid: 'k1' }))).toMatchObject({ code: 'timestamp_skew' })
    expect((await judge(hs({ ...claims }, jwk))).kind).toBe('refused')
  })

  test('HMAC tokens: no none, no other algorithm, no foreign issuer, no expired one', async () => {
    const netlify = providers.get('netlify')!
    const body = Buffer.from('{}')
    const claims = { iss: 'netlify', sha256: hash('sha256', body, 'hex') }
    const judge = (token: string) =>
      judged(
        netlify,
        { url: 'https://example.com/h', headers: [['x-webhook-signature', token]], body },
        ['secret-of-netlify'],
        nowMs,
      )
    expect((await judge(hs(claims, 'secret-of-netlify'))).kind).toBe('verified')
    for (const forged of [
      hs({ ...claims, iss: 'x' }, 'secret-of-netlify'),
      hs({ iss: 'netlify' }, 'secret-of-netlify'),
      hs(claims, ''),
      hs(claims, 'secret-of-netlify', 'none'),
      hs(claims, 'secret-of-netlify', 'HS512'),
      rs(claims),
      `${part({ alg: 'none' })}.${part(claims)}.`,
    ]) {
      expect((await judge(forged)).kind).toBe('refused')
    }
    const monday = providers.get('monday')!
    const judgeMonday = (exp?: number) =>
      judged(
        monday,
        {
          url: 'https://example.com/h',
          headers: [['authorization', hs({ exp }, 'secret-of-monday')]],
          body: Buffer.from('{"event":{}}'),
        },
        ['secret-of-monday'],
        nowMs,
      )
    expect((await judgeMonday(nowS + 1)).kind).toBe('verified')
    expect(await judgeMonday(nowS - 11)).toMatchObject({ code: 'timestamp_skew' })
    expect((await judgeMonday()).kind).toBe('refused')
  })
})

describe('keys read the wrong way', () => {
  test.each([
    ['stripe', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    [
      'pagerduty',
      'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
      Buffer.from('lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK', 'base64'),
    ],
    [
      'recurly',
      '354fab5bd35f5a0d50845ee7e30165244468b13c2c343f104e4e730a59326d9d',
      Buffer.from('354fab5bd35f5a0d50845ee7e30165244468b13c2c343f104e4e730a59326d9d', 'hex'),
    ],
    [
      'airtable',
      'YWlydGFibGUtbWFjLXNlY3JldC0zMi1ieXRlcy1sb25n',
      Buffer.from('YWlydGFibGUtbWFjLXNlY3JldC0zMi1ieXRlcy1sb25n'),
    ],
    ['finch', '5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH', Buffer.from('5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH')],
    [
      'standard-webhooks',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      Buffer.from('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
    ],
  ] as const)('%s: a signature made with the secret decoded otherwise is refused', async (id, secret, key) => {
    const provider = providers.get(id)!
    const delivery = delivered(provider, secret, nowMs)
    const name = proofHeader(provider)!
    const right = headerValue(delivery, name)
    const wrong = resigned(id, delivery, key)
    expect((await judged(provider, delivery, [secret], nowMs)).kind).toBe('verified')
    expect(wrong).not.toBe(right)
    expect(await judged(provider, withHeader(delivery, name, [wrong]), [secret], nowMs)).toMatchObject({
      code: 'signature_mismatch',
    })
  })

  function resigned(id: string, delivery: Delivery, key: Buffer): string {
    const { body } = delivery
    const mac = (prefix: string, encoding: 'hex' | 'base64') =>
      createHmac('sha256', key).update(prefix).update(body).digest(encoding)
    switch (id) {
      case 'stripe':
        return `t=1700000000,v1=${mac('1700000000.', 'hex')}`
      case 'recurly':
        return `1700000000000,${mac('1700000000000.', 'hex')}`
      case 'pagerduty':
        return `v1=${mac('', 'hex')}`
      case 'airtable':
        return `hmac-sha256=${mac('', 'hex')}`
      default:
        return `v1,${mac('delivery-1.1700000000.', 'base64')}`
    }
  }
})

describe('what must be fetched', () => {
  const certificate = 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem'
  const message = (url: string) =>
    Buffer.from(
      JSON.stringify({
        Type: 'Notification',
        MessageId: 'i',
        TopicArn: 't',
        Message: 'm',
        Timestamp: '2023-11-14T22:13:20Z',
        SignatureVersion: '1',
        Signature: 'AAAA',
        SigningCertURL: url,
      }),
    )
  const sns = providers.get('aws-sns')!

  test('a certificate is asked for at an address of the provider alone', async () => {
    const judge = (url: string) =>
      judged(sns, { url: 'https://example.com/h', headers: [], body: message(url) }, [], nowMs)
    expect(await judge(certificate)).toMatchObject({
      kind: 'unavailable',
      needs: { kind: 'certificate', url: certificate },
    })
    for (const url of [
      'http://sns.us-east-1.amazonaws.com/a.pem',
      'https://evil.example/a.pem',
      'https://sns.us-east-1.amazonaws.com.evil.example/a.pem',
      'https://sns.us-east-1.amazonaws.com@evil.example/a.pem',
      'https://sns.us-east-1.amazonaws.com:8443/a.pem',
      'https://sns.us-east-1.amazonaws.com/a.pem?x',
      'https://sns.us-east-1.amazonaws.com/../a.pem',
      'https://s3.amazonaws.com/bucket/a.pem',
      '',
    ]) {
      expect(await judge(url), url).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
    }
    const paypal = providers.get('paypal')!
    const judgePaypal = (url: string) => {
      const headers = Object.entries({
        'PAYPAL-TRANSMISSION-ID': 'i',
        'PAYPAL-TRANSMISSION-TIME': '2023-11-14T22:13:20Z',
        'PAYPAL-TRANSMISSION-SIG': 'AAAA',
        'PAYPAL-CERT-URL': url,
        'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
      })
      return judged(paypal, { url: 'https://example.com/h', headers, body: Buffer.from('{}') }, [], nowMs, {
        webhook_id: 'W',
      })
    }
    expect(await judgePaypal('https://api.paypal.com/v1/notifications/certs/CERT-1')).toMatchObject({
      kind: 'unavailable',
    })
    for (const url of [
      'https://paypal.com.evil.example/v1/notifications/certs/C',
      'https://evilpaypal.com/v1/notifications/certs/C',
      'http://api.paypal.com/v1/notifications/certs/C',
      'https://api.paypal.com/redirect?x=1',
    ]) {
      expect(await judgePaypal(url), url).toMatchObject({ kind: 'refused' })
    }
  })

  test('a fetched text that is no certificate verifies nothing, and is not asked for again and again', async () => {
    const { verify } = await import('./verify.ts')
    let asked = 0
    const keys = {
      get: async () => {
        asked++
        return 'not a certificate'
      },
    }
    const request = {
      method: 'POST',
      url: 'https://example.com/h',
      query: '',
      rawHeaders: [],
      body: message(certificate),
    }
    expect(await verify({ provider: 'aws-sns', options: {}, secrets: [], request, nowMs, keys })).toMatchObject({
      kind: 'refused',
      code: 'signature_mismatch',
    })
    expect(asked).toBe(1)
  })
})

test('an unknown provider refuses everything', async () => {
  const unknown = { ...providers.get('none')!, id: 'nobody' }
  expect(
    await judged(unknown, { url: 'https://example.com/h', headers: [], body: Buffer.from('{}') }, ['x'], nowMs),
  ).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
})

/** The header that carries the signature; undefined where the body does. */
function proofHeader(provider: Provider): string | undefined {
  if (provider.id === 'generic-hmac') return 'x-signature'
  if (provider.id === 'docusign') return 'x-docusign-signature-1'
  if (['static-token', 'aws-eventbridge', 'okta'].includes(provider.id)) return 'authorization'
  if (['adyen', 'qonto'].includes(provider.id)) return undefined
  return provider.scheme.required[0]
}

function headerValue(delivery: Pick<Delivery, 'headers'>, name: string): string {
  return delivery.headers.find(([candidate]) => candidate.toLowerCase() === name)![1]
}

function withHeader(delivery: Omit<Delivery, 'ok' | 'method'>, name: string, values: readonly string[]): Delivery {
  const others = delivery.headers.filter(([candidate]) => candidate.toLowerCase() !== name)
  return {
    ...delivery,
    ok: true,
    method: 'POST',
    headers: [...others, ...values.map((value) => [name, value] as const)],
  }
}

/** A list may hold one good signature among bad ones, and `Bearer` may be left out of a JWT's header. */
function isStillFine(provider: Provider, value: string, wrong: string): boolean {
  const isList = /[, ]/.test(wrong) && wrong.split(/[, ]+/).some((part) => value.includes(part) && part.length > 20)
  return isList && provider.scheme.id !== 'token'
}
