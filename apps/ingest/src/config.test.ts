import { readEnvironment } from '@eventmesh/runtime'
import { describe, expect, it } from 'vitest'
import { configProblems, type IngestConfig, ingestVariables, limitsOf } from './config.ts'
import { defaultLimits } from './limits.ts'

function read(environment: Record<string, string> = {}): IngestConfig {
  const result = readEnvironment(ingestVariables, environment)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.values
}

const dev = { EVENTMESH_DURABILITY: 'dev' }

describe('configuration', () => {
  it('has the documented limits as its defaults', () => {
    expect(limitsOf(read())).toEqual(defaultLimits)
  })

  it('starts as it is in dev, and names what is missing in production', () => {
    expect(configProblems(read(dev))).toEqual([])
    expect(configProblems(read())).toEqual([
      expect.stringMatching(/^DATABASE_URL /),
      expect.stringMatching(/^KAFKA_BROKERS /),
    ])
  })

  it('takes a Postgres of one’s own as log when that is said', () => {
    expect(configProblems(read({ DATABASE_URL: 'postgres://h/d', EVENTMESH_LOG: 'postgres' }))).toEqual([])
  })

  it.each<[string, Record<string, string>]>([
    ['two logs', { EVENTMESH_LOG: 'postgres', KAFKA_BROKERS: 'a:9092' }],
    ['a produce deadline that outlives the handler', { INGEST_PRODUCE_DEADLINE: '12s' }],
    ['a handler that outlives the lease', { INGEST_HANDLER_DEADLINE: '15s' }],
    ['a webhook’s produce deadline that outlives its handler', { INGEST_WEBHOOK_PRODUCE_DEADLINE: '8s' }],
    ['a webhook’s handler that outlives the lease', { INGEST_WEBHOOK_HANDLER_DEADLINE: '15s' }],
    [
      'a produce deadline that a single call to a broker outlives',
      { KAFKA_BROKERS: 'a:9092', INGEST_WEBHOOK_PRODUCE_DEADLINE: '6500ms' },
    ],
    ['a refresh as old as the hard age', { INGEST_KEY_REFRESH: '30s' }],
    ['headers slower than the request', { INGEST_HEADERS_TIMEOUT: '21s' }],
    ['a burst that no full batch fits in twice', { INGEST_KEY_BURST: '1999' }],
  ])('refuses %s', (_case, environment) => {
    expect(configProblems(read({ ...dev, ...environment }))).toHaveLength(1)
  })

  it('takes nested deadlines one step inside each other', () => {
    const environment = {
      ...dev,
      INGEST_PRODUCE_DEADLINE: '14998ms',
      INGEST_HANDLER_DEADLINE: '14999ms',
      INGEST_KEY_BURST: '2000',
    }
    expect(configProblems(read(environment))).toEqual([])
  })

  it('prints every broken variable at once, without its value', () => {
    const result = readEnvironment(ingestVariables, {
      INGEST_PORT: 'four',
      DRAIN_DELAY: 'soon',
      DATABASE_URL: 'mysql://u:pw@h',
    })
    if (result.ok) throw new Error('expected problems')
    expect(result.problems).toHaveLength(3)
    expect(result.problems.join()).not.toMatch(/four|soon|pw/)
  })
})
