import { hash } from 'node:crypto'
import { cloudEventKey, itemKey, unwrap } from '@eventmesh/envelope'
import { describe, expect, test } from 'vitest'
import { type ExtractedItem, type Extraction, extract, payloadBytes } from './extract.ts'
import { providers } from './registry.ts'
import { delivered, testSecret } from './testing.ts'

const nowMs = 1_700_000_000_123
const json = 'application/json'

describe('type, key and time', () => {
  test.each([
    [
      'stripe',
      '{"id":"evt_1","type":"customer.created","created":1533204620}',
      {},
      'stripe.customer.created',
      'evt_1',
      '2018-08-02T10:10:20.000Z',
    ],
    [
      'github',
      '{"action":"opened"}',
      { 'x-github-event': 'issues', 'x-github-delivery': 'g-1' },
      'github.issues.opened',
      'g-1',
      null,
    ],
    ['github', '{"ref":"main"}', { 'x-github-event': 'push', 'x-github-delivery': 'g-2' }, 'github.push', 'g-2', null],
    [
      'gitlab',
      '{"object_kind":"push"}',
      { 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'k' },
      'gitlab.Push_Hook.push',
      'k',
      null,
    ],
    [
      'shopify',
      '{"id":1}',
      {
        'x-shopify-topic': 'orders/create',
        'x-shopify-webhook-id': 'w',
        'x-shopify-triggered-at': '2023-11-14T22:13:20.123456789Z',
      },
      'shopify.orders/create',
      'w',
      '2023-11-14T22:13:20.123Z',
    ],
    [
      'slack',
      '{"type":"event_callback","event_id":"Ev1","event_time":1700000000,"event":{"type":"app_mention"}}',
      {},
      'slack.app_mention',
      'Ev1',
      '2023-11-14T22:13:20.000Z',
    ],
    [
      'telegram',
      '{"update_id":10000,"message":{"date":1700000000}}',
      {},
      'telegram.message',
      '10000',
      '2023-11-14T22:13:20.000Z',
    ],
    ['x-twitter', '{"for_user_id":"1","tweet_create_events":[]}', {}, 'x-twitter.tweet_create_events', null, null],
    [
      'linear',
      '{"action":"create","type":"Comment","createdAt":"2020-01-23T12:53:18.084Z"}',
      { 'linear-event': 'Comment', 'linear-delivery': 'd' },
      'linear.Comment.create',
      'd',
      '2020-01-23T12:53:18.084Z',
    ],
    [
      'twitch',
      '{}',
      {
        'twitch-eventsub-message-type': 'notification',
        'twitch-eventsub-subscription-type': 'channel.follow',
        'twitch-eventsub-message-id': 'm',
        'twitch-eventsub-message-timestamp': '2023-11-14T22:13:20.634234626Z',
      },
      'twitch.notification.channel.follow',
      'm',
      '2023-11-14T22:13:20.634Z',
    ],
    ['discord', '{"id":"787","type":2}', {}, 'discord.2', '787', null],
    [
      'discord',
      '{"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE","timestamp":"2024-10-18T14:42:53.064834"}}',
      {},
      'discord.ENTITLEMENT_CREATE',
      null,
      '2024-10-18T14:42:53.064Z',
    ],
    [
      'mailgun',
      '{"signature":{},"event-data":{"event":"opened","id":"x","timestamp":1521472262.908181}}',
      {},
      'mailgun.opened',
      'x',
      '2018-03-19T15:11:02.908Z',
    ],
    [
      'postmark',
      '{"RecordType":"Bounce","MessageID":"m-1","BouncedAt":"2019-11-05T16:33:54.9070259Z"}',
      {},
      'postmark.Bounce',
      'm-1:Bounce',
      '2019-11-05T16:33:54.907Z',
    ],
    [
      'paystack',
      '{"event":"charge.success","data":{"id":302961}}',
      {},
      'paystack.charge.success',
      '302961:charge.success',
      null,
    ],
    [
      'flutterwave',
      '{"id":"wbk_abc","type":"charge.completed","data":{"id":"chg_1"},"timestamp":1700000000000}',
      {},
      'flutterwave.charge.completed',
      'wbk_abc',
      '2023-11-14T22:13:20.000Z',
    ],
    [
      'flutterwave',
      '{"event":"charge.completed","data":{"id":285959875}}',
      {},
      'flutterwave.charge.completed',
      '285959875',
      null,
    ],
    [
      'launchdarkly',
      '{"_id":"i","kind":"flag","titleVerb":"turned on","date":1700000000000}',
      {},
      'launchdarkly.flag.turned_on',
      'i',
      '2023-11-14T22:13:20.000Z',
    ],
    [
      'segment',
      '{"messageId":"m","type":"track","event":"User Registered","timestamp":"2012-12-02T00:30:12.984Z"}',
      {},
      'segment.track.User_Registered',
      'm',
      '2012-12-02T00:30:12.984Z',
    ],
    ['microsoft-graph', '{"x":1}', {}, 'microsoft-graph.event', null, null],
    [
      'anthropic',
      '{"id":"whe_1","type":"event","data":{"type":"session.status_idled"}}',
      { 'webhook-id': 'w' },
      'anthropic.session.status_idled',
      'whe_1',
      null,
    ],
    [
      'openai',
      '{"id":"evt_1","type":"response.completed"}',
      { 'webhook-id': 'w' },
      'openai.response.completed',
      'w',
      null,
    ],
    [
      'aws-sns',
      '{"Type":"Notification","MessageId":"i","Timestamp":"2022-07-28T21:23:58.317Z"}',
      {},
      'aws-sns.Notification',
      'i',
      '2022-07-28T21:23:58.317Z',
    ],
    [
      'gcp-pubsub',
      '{"message":{"messageId":"7","publishTime":"2021-02-26T19:13:55.749Z","attributes":{"ce-type":"a.b"}}}',
      {},
      'gcp-pubsub.a.b',
      '7',
      '2021-02-26T19:13:55.749Z',
    ],
    [
      'heroku',
      '{"action":"update","webhook_metadata":{"event":{"include":"api:release"},"delivery":{"id":"d"}}}',
      {},
      'heroku.api:release.update',
      'd',
      null,
    ],
    [
      'quickbooks',
      '{"eventNotifications":[{"dataChangeEvent":{"entities":[{"name":"Customer","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}',
      {},
      'quickbooks.Customer.Create',
      null,
      '2015-10-05T21:42:19.000Z',
    ],
    [
      'modern-treasury',
      '{"event":"created"}',
      { 'x-topic': 'payment_order', 'x-event-id': 'e' },
      'modern-treasury.payment_order.created',
      'e',
      null,
    ],
    [
      'docker-hub',
      '{"push_data":{"tag":"latest","pushed_at":1700000000}}',
      {},
      'docker-hub.latest',
      null,
      '2023-11-14T22:13:20.000Z',
    ],
    ['none', '{"type":"x","id":"y"}', {}, 'none.event', null, null],
    [
      'dropbox-sign',
      '{"event":{"event_time":"1348177752","event_type":"unknown_error"}}',
      {},
      'dropbox-sign.unknown_error',
      null,
      '2012-09-20T21:49:12.000Z',
    ],
    [
      'cloudinary',
      '{"notification_type":"upload","notification_context":{"a":1},"public_id":"p","version":1555337587}',
      {},
      'cloudinary.upload',
      'p:1555337587',
      null,
    ],
    ['auth0', '[{"log_id":"1","data":{"type":"s"}}]', {}, 'auth0.s', null, null],
  ] as const)('%s: %s', (provider, body, headers, eventType, key, occurredAt) => {
    const item = only(run(provider, body, headers))
    expect(item.eventType).toBe(eventType)
    expect(item.key).toBe(key ?? hash('sha256', body, 'hex'))
    expect(item.occurredAt).toBe(occurredAt)
  })

  test('a form gives its fields', () => {
    const body = 'MessageSid=SM1&MessageStatus=delivered'
    const item = only(run('twilio', body, {}, 'application/x-www-form-urlencoded'))
    expect(item).toMatchObject({ eventType: 'twilio.delivered', key: 'SM1:delivered' })
    const incoming = only(run('twilio', 'MessageSid=SM1&Body=hi', {}, 'application/x-www-form-urlencoded'))
    expect(incoming).toMatchObject({ eventType: 'twilio.event', keyFrom: 'body-hash' })
  })

  test('Braintree: kind and time out of the XML in the form', () => {
    const xml =
      '<notification><timestamp type="datetime">2024-01-01T00:00:00Z</timestamp><kind>check</kind></notification>'
    const body = new URLSearchParams({ bt_signature: 'x', bt_payload: Buffer.from(xml).toString('base64') }).toString()
    const item = only(run('braintree', body, {}, 'application/x-www-form-urlencoded'))
    expect(item).toMatchObject({
      eventType: 'braintree.check',
      occurredAt: '2024-01-01T00:00:00.000Z',
      keyFrom: 'body-hash',
    })
  })

  test('Wix: type, id and time out of the token, however it is signed anew', () => {
    const token = (exp: number) => {
      const data = JSON.stringify({ data: JSON.stringify({ id: 'x' }), instanceId: 'i', eventType: 'AppInstalled' })
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'RS256' })}.${part({ data, iat: 1_700_000_000, exp })}.c2ln`
    }
    const first = run('wix', token(1_700_003_600), {}, 'text/plain')
    const item = only(first)
    expect(item).toMatchObject({ eventType: 'wix.AppInstalled', key: 'x', occurredAt: '2023-11-14T22:13:20.000Z' })
    expect(only(run('wix', token(1_800_000_000), {}, 'text/plain')).fingerprinted.equals(item.fingerprinted)).toBe(true)
    expect(item.wrap).toBe('text')
  })

  test('a provider without delivery ids is keyed by body and signed time', () => {
    const body = Buffer.from('{"event":"invitee.created"}')
    const signedAt = { text: '1700000000', ms: 1_700_000_000_000 }
    const request = { rawHeaders: ['content-type', json], body }
    const item = only(extract({ provider: 'calendly', request, signedAt }))
    expect(item.key).toBe(hash('sha256', `${body}1700000000`, 'hex'))
    expect(only(extract({ provider: 'calendly', request, signedAt: null })).key).toBe(hash('sha256', body, 'hex'))
  })

  test.each([['""'], ['null'], ['true'], ['{"a":1}'], ['[1]']])(
    'an id that is %s falls back to the hash of the body',
    (id) => {
      const body = `{"id":${id},"type":"a"}`
      expect(only(run('stripe', body)).key).toBe(hash('sha256', body, 'hex'))
    },
  )

  test('an id is kept digit by digit, and one that stands twice is none', () => {
    expect(only(run('telegram', '{"update_id":9223372036854775807}')).key).toBe('9223372036854775807')
    expect(only(run('stripe', '{"id":"a","id":"b","type":"t"}')).keyFrom).toBe('body-hash')
  })

  test.each(['a b', 'é', 'x'.repeat(256), 'tab\t'])('an id that an envelope cannot hold becomes its hash: %j', (id) => {
    expect(only(run('stripe', JSON.stringify({ id, type: 't' }))).key).toBe(hash('sha256', id, 'hex'))
  })

  test('an id of 255 visible characters stays', () => {
    const id = '!~,'.repeat(85)
    expect(only(run('stripe', JSON.stringify({ id, type: 't' }))).key).toBe(id)
  })

  test('a type is brought into our alphabet and cut to 255', () => {
    expect(only(run('stripe', '{"type":"a b\\u0000😀/é"}')).eventType).toBe('stripe.a_b__/_')
    expect(only(run('stripe', JSON.stringify({ type: 'x'.repeat(400) }))).eventType).toHaveLength(255)
  })

  test('CloudEvents: source and id give the key in both modes, headers percent-decoded', () => {
    const binary = run('cloudevents', '{"a":1}', {
      'ce-id': 'A-1',
      'ce-source': '/sh%C3%B6p',
      'ce-type': 'com.example.x',
      'ce-time': '2023-11-14T22:13:20Z',
      'ce-partitionkey': 'p',
    })
    expect(only(binary)).toMatchObject({
      eventType: 'cloudevents.com.example.x',
      key: cloudEventKey('/shöp', 'A-1'),
      orderingKey: 'p',
    })
    expect(binary).toMatchObject({
      attributes: [
        ['id', 'A-1'],
        ['source', '/shöp'],
        ['type', 'com.example.x'],
        ['time', '2023-11-14T22:13:20Z'],
        ['partitionkey', 'p'],
      ],
    })
    const structured = run(
      'cloudevents',
      '{"specversion":"1.0","id":"A-1","source":"/shop","type":"t"}',
      {},
      'application/cloudevents+json',
    )
    expect(only(structured)).toMatchObject({ key: cloudEventKey('/shop', 'A-1'), keyFrom: 'delivery-id' })
    expect(only(run('cloudevents', '{"id":"A-1"}')).keyFrom).toBe('body-hash')
  })
})

describe('splitting', () => {
  test('a top-level array: the item itself, byte for byte', () => {
    const body =
      '[ {"eventId":1,"subscriptionType":"a", "n":9223372036854775807} ,\r\n{"eventId":2,"subscriptionType":"b"}]'
    const items = all(run('hubspot', body))
    expect(items.map((item) => payloadBytes(item).toString())).toEqual([
      '{"eventId":1,"subscriptionType":"a", "n":9223372036854775807}',
      '{"eventId":2,"subscriptionType":"b"}',
    ])
    expect(items.map((item) => [item.key, item.eventType])).toEqual([
      ['1', 'hubspot.a'],
      ['2', 'hubspot.b'],
    ])
  })

  test("an array in an object: the provider's own document with only this item", () => {
    const body =
      '{ "destination":"U1",\n "events":[{"type":"message","webhookEventId":"1"}, {"type":"follow","webhookEventId":"2"} ],"x":1e400 }'
    const items = all(run('line', body))
    expect(items.map((item) => payloadBytes(item).toString())).toEqual([
      '{ "destination":"U1",\n "events":[{"type":"message","webhookEventId":"1"}],"x":1e400 }',
      '{ "destination":"U1",\n "events":[{"type":"follow","webhookEventId":"2"}],"x":1e400 }',
    ])
    expect(items.map((item) => item.eventType)).toEqual(['line.message', 'line.follow'])
  })

  test('Meta: an event per change, each with its entry; an entry without changes is one event', () => {
    const body =
      '{"object":"page","entry":[{"id":"0","time":1700000000,"changes":[{"field":"feed"},{"field":"likes"}],"z":1},{"id":"1","messaging":[{}]}]}'
    const items = all(run('meta', body))
    expect(items.map((item) => [payloadBytes(item).toString(), item.eventType, item.occurredAt])).toEqual([
      [
        '{"object":"page","entry":[{"id":"0","time":1700000000,"changes":[{"field":"feed"}],"z":1}]}',
        'meta.page.feed',
        '2023-11-14T22:13:20.000Z',
      ],
      [
        '{"object":"page","entry":[{"id":"0","time":1700000000,"changes":[{"field":"likes"}],"z":1}]}',
        'meta.page.likes',
        '2023-11-14T22:13:20.000Z',
      ],
      ['{"object":"page","entry":[{"id":"1","messaging":[{}]}]}', 'meta.page', null],
    ])
    const request = hash('sha256', body, 'hex')
    expect(items.map((item) => item.key)).toEqual([0, 1, 2].map((index) => itemKey(request, index)))
  })

  test.each([
    ['sendgrid', '[{"sg_event_id":"a","event":"open","timestamp":1600112492}]', 'sendgrid.open', 'a'],
    [
      'gocardless',
      '{"events":[{"id":"EV1","resource_type":"payments","action":"paid"}],"meta":{}}',
      'gocardless.payments.paid',
      'EV1',
    ],
    [
      'xero',
      '{"events":[{"resourceId":"r","eventDateUtc":"2023-11-14T22:13:20.123","eventCategory":"INVOICE","eventType":"UPDATE"}]}',
      'xero.INVOICE.UPDATE',
      'r:2023-11-14T22:13:20.123',
    ],
    ['microsoft-graph', '{"value":[{"id":"n1","changeType":"created"}]}', 'microsoft-graph.created', 'n1'],
    [
      'adyen',
      '{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"p","eventCode":"REFUND"}}]}',
      'adyen.REFUND',
      'p:REFUND',
    ],
    ['segment', '[{"messageId":"m","type":"page"}]', 'segment.page', 'm'],
  ] as const)('%s is split', (provider, body, eventType, key) => {
    const extraction = run(provider, body)
    expect(extraction).toMatchObject({ ok: true, isSplit: true })
    expect(only(extraction)).toMatchObject({ eventType, key })
  })

  test('Asana: items without ids get theirs from the request and their place', () => {
    const body =
      '{"events":[{"action":"changed","resource":{"resource_type":"task"}},{"action":"changed","resource":{"resource_type":"task"}}]}'
    const items = all(run('asana', body))
    expect(items.map((item) => item.key)).toEqual([
      itemKey(hash('sha256', body, 'hex'), 0),
      itemKey(hash('sha256', body, 'hex'), 1),
    ])
    expect(items[0]!.eventType).toBe('asana.changed.task')
  })

  test.each([
    ['line', '{"events":[]}'],
    ['sendgrid', '[]'],
    ['xero', '{"events":[],"entropy":"x"}'],
    ['asana', '{"events":[]}'],
    ['meta', '{"object":"page","entry":[]}'],
  ])('%s: an empty list is no event', (provider, body) => expect(all(run(provider, body))).toEqual([]))

  test('what is not of the form that is split is kept whole', () => {
    expect(run('line', '{"events":{}}')).toMatchObject({ ok: true, isSplit: false })
    expect(run('hubspot', '{"a":1}')).toMatchObject({ ok: true, isSplit: false, items: [{ wrap: 'none' }] })
    expect(run('line', 'not json', {}, 'text/plain')).toMatchObject({
      ok: true,
      isSplit: false,
      items: [{ wrap: 'text' }],
    })
  })

  test('an item of a top-level array that is no object is wrapped, the others are not', () => {
    const items = all(run('sendgrid', '[1,{"sg_event_id":"a"},"x"]'))
    expect(items.map((item) => [payloadBytes(item).toString(), item.wrap])).toEqual([
      ['{"body":1}', 'json'],
      ['{"sg_event_id":"a"}', 'none'],
      ['{"body":"x"}', 'json'],
    ])
  })

  test('an item that breaks a limit refuses the request, with its place', () => {
    const deep = `${'['.repeat(64)}${']'.repeat(64)}`
    const refused = run('hubspot', `[{"eventId":1},{"a":${deep}}]`)
    expect(refused).toMatchObject({ ok: false, code: 'body_malformed' })
    expect(refused.ok ? '' : refused.issues[0]!.pointer).toMatch(/^\/1\/a/)
    expect(run('hubspot', `[{"a":${deep.slice(1, -1)}}]`).ok).toBe(true)
  })

  test('a split that would multiply a large document is refused', () => {
    const body = `{"events":[${'{},'.repeat(9_999)}{}],"x":"${'a'.repeat(10_000)}"}`
    expect(run('line', body)).toMatchObject({ ok: false, code: 'payload_too_large' })
  })
})

describe('the body', () => {
  test.each([
    ['{"a":1}\n', json, 'none'],
    [' [1, 2]', json, 'json'],
    ['"text"', json, 'json'],
    ['Hello, World!', '', 'text'],
    ['<a/>', 'application/xml', 'text'],
    ['', 'text/plain', 'text'],
    ['{"a":1}', 'text/plain', 'none'],
    ['[1]', '', 'json'],
    ['12', 'text/plain', 'text'],
    ['a=1&b=%20', 'application/x-www-form-urlencoded', 'form'],
  ] as const)('%j as %s is kept as %s and can be had back byte for byte', (body, type, wrap) => {
    const extraction = run('none', body, {}, type)
    expect(extraction).toMatchObject({ ok: true, items: [{ wrap }] })
    if (!extraction.ok) return
    const item = only(extraction)
    expect(unwrap(payloadBytes(item), item.wrap, item.exactBody ?? undefined)?.toString()).toBe(body)
  })

  test('bytes that are no text are kept as base64', () => {
    const body = Buffer.from([0xff, 0x00, 0xfe])
    const extraction = extract({ provider: 'none', request: { rawHeaders: [], body }, signedAt: null })
    expect(extraction).toMatchObject({ ok: true, items: [{ wrap: 'base64' }] })
  })

  test.each(['', '{', '{"a":1}x', '{"a":01}', '\ufeff{}'])(
    'what calls itself JSON and is not is refused: %j',
    (body) => {
      expect(run('none', body)).toMatchObject({ ok: false, code: 'body_malformed' })
    },
  )

  test('depth 64 is kept, 65 is refused', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
    expect(run('none', nested(64)).ok).toBe(true)
    expect(run('none', nested(65))).toMatchObject({ ok: false, code: 'body_malformed' })
  })
})

describe('the fingerprint', () => {
  test('leaves out what counts the attempts', () => {
    const stripe = (pending: number) =>
      only(run('stripe', `{"id":"e","type":"t","pending_webhooks": ${pending},"x":1}`)).fingerprinted
    expect(stripe(1).equals(stripe(3))).toBe(true)
    expect(stripe(1).toString()).toBe('{"id":"e","type":"t","pending_webhooks": null,"x":1}')
    const hubspot = (attempt: number) =>
      only(run('hubspot', `[{"eventId":1,"attemptNumber":${attempt}}]`)).fingerprinted
    expect(hubspot(0).equals(hubspot(7))).toBe(true)
    const line = (isAgain: boolean) =>
      only(run('line', `{"events":[{"webhookEventId":"1","deliveryContext":{"isRedelivery":${isAgain}}}]}`))
        .fingerprinted
    expect(line(false).equals(line(true))).toBe(true)
  })

  test('holds everything else', () => {
    const of = (body: string) => only(run('stripe', body)).fingerprinted.toString()
    expect(of('{"id":"e","a":1}')).not.toBe(of('{"id":"e","a":1.0}'))
    expect(of('{"id":"e","data":{"pending_webhooks":1}}')).not.toBe(of('{"id":"e","data":{"pending_webhooks":2}}'))
  })
})

describe('every sample', () => {
  const sampled = providers.list().filter((provider) => provider.scheme.sign !== undefined)
  test.each(sampled.map((provider) => [provider.id, provider] as const))(
    '%s has a type, an id and a time where the record names them',
    (id, provider) => {
      const { headers, body } = delivered(provider, testSecret(provider, 'own'), nowMs)
      const item = only(extract({ provider: id, request: { rawHeaders: headers.flat(), body }, signedAt: null }))
      expect(item.eventType.startsWith(`${id}.`)).toBe(true)
      expect(item.eventType === `${id}.event`).toBe(provider.type.length === 0)
      if (provider.time.length > 0 && id !== 'sanity') expect(item.occurredAt).toMatch(/^20\d\d-.*Z$/)
      // The samples of these two are of the forms that have no id.
      const hasId = provider.key.length > 0 && id !== 'adyen' && id !== 'quickbooks'
      const isSplit = provider.split !== undefined && id !== 'adyen'
      expect(item.keyFrom).toBe(hasId ? 'delivery-id' : isSplit ? 'item-index' : 'body-hash')
    },
  )

  test('Sanity: the signed time is the time', () => {
    const request = { rawHeaders: ['content-type', json, 'sanity-operation', 'update'], body: Buffer.from('{}') }
    const item = only(
      extract({ provider: 'sanity', request, signedAt: { text: '1633519811129', ms: 1_633_519_811_129 } }),
    )
    expect(item.occurredAt).toBe('2021-10-06T11:30:11.129Z')
  })
})

function run(
  provider: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  contentType: string = json,
): Extraction {
  const rawHeaders = [...(contentType === '' ? [] : ['Content-Type', contentType]), ...Object.entries(headers).flat()]
  return extract({ provider, request: { rawHeaders, body: Buffer.from(body) }, signedAt: null })
}

function all(extraction: Extraction): readonly ExtractedItem[] {
  if (!extraction.ok) throw new Error(extraction.detail)
  return extraction.items
}

function only(extraction: Extraction): ExtractedItem {
  const items = all(extraction)
  expect(items).toHaveLength(1)
  return items[0]!
}
