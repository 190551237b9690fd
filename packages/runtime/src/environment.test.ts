import { describe, expect, it } from 'vitest'
import { durationMs, env, readEnvironment } from './environment.ts'

const variables = {
  PORT: env.port({ default: 4000, doc: 'a port' }),
  DELAY: env.duration({ default: '5s', max: '1m', doc: 'a delay' }),
  URL: env.url({ protocols: ['postgres:'], secret: true, doc: 'a database' }),
  MODE: env.choice({ choices: ['production', 'dev'], default: 'production', doc: 'a choice' }),
}

describe('readEnvironment', () => {
  it('gives defaults for unset and for empty variables', () => {
    const result = readEnvironment(variables, { PORT: '' })
    expect(result).toEqual({ ok: true, values: { PORT: 4000, DELAY: 5000, URL: undefined, MODE: 'production' } })
  })

  it('names every broken variable at once and repeats no value', () => {
    const result = readEnvironment(variables, {
      PORT: '70000',
      DELAY: '2m',
      URL: 'mysql://u:hunter2@h/d',
      MODE: 'test',
    })
    expect(result).toEqual({
      ok: false,
      problems: [
        'PORT must be a whole number from 0 to 65535',
        'DELAY must be from 0 to 1m',
        'URL must be a URL that begins with postgres://',
        'MODE must be production or dev',
      ],
    })
  })

  it('takes a value on each bound and refuses the next', () => {
    expect(readEnvironment(variables, { PORT: '65535', DELAY: '60s' }).ok).toBe(true)
    expect(readEnvironment(variables, { PORT: '65536' }).ok).toBe(false)
    expect(readEnvironment(variables, { PORT: '-1' }).ok).toBe(false)
    expect(readEnvironment(variables, { DELAY: '60001ms' }).ok).toBe(false)
  })
})

describe('durationMs', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['90d', 7_776_000_000],
  ])('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms))

  it.each(['', '5', '1.5s', '-1s', '5 s', '1w', 's'])('refuses "%s"', (text) =>
    expect(durationMs(text)).toBeUndefined(),
  )
})
