import { describe, expect, it } from 'vitest'
import { statementFault } from './fault.postgres.ts'

describe('statementFault', () => {
  it.each([
    ['a constraint said no', server('23514', 'ERROR'), 'undone'],
    ['a statement timeout', server('57014', 'ERROR'), 'undone'],
    ['a lock timeout', server('55P03', 'ERROR'), 'undone'],
    ['the server is starting', server('57P03', 'FATAL'), 'undone'],
    ['the server has no connection left', server('53300', 'FATAL'), 'undone'],
    ['the connection was refused', driver({ code: 'ECONNREFUSED', syscall: 'connect' }), 'undone'],
    ['connecting timed out', driver({ code: 'CONNECT_TIMEOUT' }), 'undone'],
    ['the host has no address', driver({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'undone'],
    ['the pool was closed before', driver({ code: 'CONNECTION_ENDED' }), 'undone'],
    ['the server shuts down', server('57P01', 'FATAL'), 'unknown'],
    ['the server crashed', server('57P02', 'FATAL'), 'unknown'],
    ['the server panicked', server('XX000', 'PANIC'), 'unknown'],
    ['the connection closed', driver({ code: 'CONNECTION_CLOSED' }), 'unknown'],
    ['the pool was torn down', driver({ code: 'CONNECTION_DESTROYED' }), 'unknown'],
    ['the connection was reset', driver({ code: 'ECONNRESET', syscall: 'read' }), 'unknown'],
    ['the network timed out', driver({ code: 'ETIMEDOUT', syscall: 'read' }), 'unknown'],
    ['the driver broke', new TypeError('cannot read'), 'unknown'],
    ['somebody threw a text', 'oops', 'unknown'],
  ])('judges that %s', (_title, error, effect) => {
    expect(statementFault(error).effect).toBe(effect)
  })

  it.each([
    ['a value that cannot be', '22P02', false],
    ['a missing function', '42883', false],
    ['a missing grant', '42501', false],
    ['a lock timeout', '55P03', true],
    ['a statement timeout', '57014', true],
    ['a full disk', '53100', true],
    ['a read-only standby', '25006', true],
    ['a deadlock', '40P01', true],
  ])('says whether %s may pass', (_title, code, isPassing) => {
    expect(statementFault(server(code, 'ERROR')).isPassing).toBe(isPassing)
  })

  it('takes a connection that was refused for one that may be taken later', () => {
    expect(statementFault(driver({ code: 'ECONNREFUSED', syscall: 'connect' })).isPassing).toBe(true)
  })

  it('tells the code and nothing that the server quotes', () => {
    expect(statementFault(server('22P02', 'ERROR'))).toEqual({
      effect: 'undone',
      isPassing: false,
      code: '22P02',
    })
  })
})

function server(code: string, severity: string): Error {
  return Object.assign(new Error('invalid input: "secret"'), { name: 'PostgresError', code, severity })
}

function driver(facts: { code: string; syscall?: string }): Error {
  return Object.assign(new Error('connection'), facts)
}
