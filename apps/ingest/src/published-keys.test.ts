import { describe, expect, it } from 'vitest'
import { openPublishedKeys } from './published-keys.ts'

const certificate = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem'
const keySet = 'https://www.googleapis.com/oauth2/v3/certs'

/** Answers when asked, and counts. */
function published(answer: (url: string) => Promise<Response> = async () => new Response('text')) {
  const asked: { url: string; init: RequestInit | undefined }[] = []
  let now = 0
  const keys = openPublishedKeys({
    now: () => now,
    fetch: (url, init) => {
      asked.push({ url: String(url), init })
      return answer(String(url))
    },
  })
  return { keys, asked, at: (ms: number) => (now = ms) }
}

describe('what providers publish', () => {
  it('is fetched once, by however many at once, and kept', async () => {
    const { keys, asked, at } = published()
    const get = () => keys.get({ kind: 'certificate', url: certificate })
    expect(await Promise.all([get(), get(), get()])).toEqual(['text', 'text', 'text'])
    at(24 * 3_600_000 - 1)
    expect(await get()).toBe('text')
    expect(asked).toHaveLength(1)
    at(24 * 3_600_000)
    await get()
    expect(asked).toHaveLength(2)
  })

  it('is never followed along a redirect, and asked with a deadline', async () => {
    const { keys, asked } = published(
      async () => new Response(null, { status: 302, headers: { location: certificate } }),
    )
    expect(await keys.get({ kind: 'certificate', url: certificate })).toBeUndefined()
    expect(asked[0]?.init).toMatchObject({ redirect: 'manual' })
    expect(asked[0]?.init?.signal).toBeInstanceOf(AbortSignal)
  })

  it('is not asked for again at once when it could not be had', async () => {
    const { keys, asked, at } = published(() => Promise.reject(new Error('away')))
    const get = () => keys.get({ kind: 'jwks', url: keySet })
    expect(await get()).toBeUndefined()
    at(4_999)
    expect(await get()).toBeUndefined()
    expect(asked).toHaveLength(1)
    at(5_000)
    await get()
    expect(asked).toHaveLength(2)
  })

  it.each([
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/a.pem',
    'https://s3.amazonaws.com/a.pem',
    'https://notpaypal.com/v1/notifications/certs/a',
    'https://169.254.169.254/latest',
    keySet,
    'file:///etc/passwd',
    'no address',
  ])('comes from the pinned hosts alone: no certificate from %s', async (url) => {
    const { keys, asked } = published()
    expect(await keys.get({ kind: 'certificate', url })).toBeUndefined()
    expect(await keys.confirm(url)).toBe(false)
    expect(asked).toEqual([])
  })

  it('holds no more than 256 KiB', async () => {
    const { keys } = published(async (url) => new Response('x'.repeat(url.endsWith('a.pem') ? 262_144 : 262_145)))
    const get = (name: string) =>
      keys.get({ kind: 'certificate', url: `https://sns.eu-west-1.amazonaws.com/${name}.pem` })
    expect((await get('a'))?.length).toBe(262_144)
    expect(await get('b')).toBeUndefined()
  })

  it('is fetched by eight at a time, so that no flood of names becomes a flood of calls', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { keys, asked } = published(() => held.then(() => new Response('x')))
    const all = Array.from({ length: 20 }, (_, i) =>
      keys.get({ kind: 'certificate', url: `https://sns.eu-west-1.amazonaws.com/${i}.pem` }),
    )
    release()
    const texts = await Promise.all(all)
    expect(asked).toHaveLength(8)
    expect(texts.filter((text) => text === 'x')).toHaveLength(8)
  })

  it('confirms a subscription by opening its address, each time anew', async () => {
    let status = 200
    const { keys, asked } = published(async () => new Response('', { status }))
    const url = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=a'
    expect(await keys.confirm(url)).toBe(true)
    status = 403
    expect(await keys.confirm(url)).toBe(false)
    expect(asked).toHaveLength(2)
  })
})
