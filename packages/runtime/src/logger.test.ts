import { describe, expect, it } from 'vitest'
import { createLogger, errorText, type LogFields } from './logger.ts'

function recorded(format: 'json' | 'pretty' = 'json') {
  const lines: string[] = []
  const logger = createLogger({ process: 'test', level: 'info', format, write: (line) => lines.push(line) })
  return { logger, lines }
}

describe('createLogger', () => {
  it('writes listed fields and drops every other', () => {
    const { logger, lines } = recorded()
    const fields = { request_id: 'r-1', authorization: 'canary-secret', body: 'canary-body' } as LogFields
    logger.info(fields, 'accepted')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      process: 'test',
      request_id: 'r-1',
      message: 'accepted',
    })
    expect(lines.join('')).not.toContain('canary')
  })

  it('keeps an object in a listed field from carrying what it holds', () => {
    const { logger, lines } = recorded()
    logger.info({ detail: { password: 'canary' } }, 'x')
    logger.child({ reason: ['canary'] }).info({}, 'y')
    expect(lines.join('')).not.toContain('canary')
  })

  it('gives an error by name, code and message, without its properties', () => {
    const { logger, lines } = recorded()
    const error = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      command: { args: ['canary'] },
      parameters: ['canary'],
    })
    logger.error({ error: new Error('append failed', { cause: error }) }, 'x')
    expect(JSON.parse(lines[0] ?? '').error).toBe('Error: append failed ← Error ECONNREFUSED: refused')
  })

  it.each(['json', 'pretty'] as const)('escapes line breaks and terminal codes in %s lines', (format) => {
    const { logger, lines } = recorded(format)
    logger.info({ event_type: 'a\r\nlevel=error forged\u001b[31m' }, 'x')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\u001b]/)
  })
})

describe('errorText', () => {
  it('takes credentials out of a driver’s message', () => {
    const text = errorText(
      new Error('cannot reach postgres://user:hunter2@db:5432/x with em_live_0123456789abcdefABCDEF'),
    )
    expect(text).toBe('Error: cannot reach postgres://…@db:5432/x with em_live_…')
  })
})
