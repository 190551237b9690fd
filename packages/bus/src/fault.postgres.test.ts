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

  it('tells the code and nothing that the server quotes', () => {
    expect(statementFault(server('22P02', 'ERROR'))).toEqual({ effect: 'undone', code: '22P02' })
  })
})

function server(code: string, severity: string): Error {
  return Object.assign(new Error('invalid input: "secret"'), { name: 'PostgresError', code, severity })
}

function driver(facts: { code: string; syscall?: string }): Error {
  return Object.assign(new Error('connection'), facts)
}
