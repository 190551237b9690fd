import { describe, expect, test } from 'vitest'
import { kafkaConnection } from './log.kafka.connection.ts'

const brokers = ['one:9092', '[::1]:9093']

describe('kafkaConnection', () => {
  test('without brokers there is none', () => {
    expect(kafkaConnection({ KAFKA_BROKERS: undefined, KAFKA_USERNAME: 'u' })).toBeUndefined()
    expect(kafkaConnection({ KAFKA_BROKERS: [] })).toBeUndefined()
  })

  test('takes brokers and the prefix', () => {
    expect(kafkaConnection({ KAFKA_BROKERS: brokers })).toEqual({ brokers, topicPrefix: 'eventmesh.' })
    expect(kafkaConnection({ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: 'x.' })?.topicPrefix).toBe('x.')
  })

  test.each(['one', 'one:', ':9092', 'one:9092 ', 'http://one:9092'])(
    'names the variable for the broker %j',
    (broker) => {
      expect(() => kafkaConnection({ KAFKA_BROKERS: [broker] })).toThrow(/^KAFKA_BROKERS/)
    },
  )

  test('takes a login only whole', () => {
    const login = { KAFKA_BROKERS: brokers, KAFKA_SASL_MECHANISM: 'scram-sha-512' } as const
    expect(() => kafkaConnection(login)).toThrow(/^KAFKA_USERNAME/)
    expect(() => kafkaConnection({ ...login, KAFKA_USERNAME: 'u' })).toThrow(/^KAFKA_PASSWORD/)
    expect(kafkaConnection({ ...login, KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' })?.sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'u',
      password: 'p',
    })
  })

  test('takes TLS by the system’s authorities or by a file', () => {
    expect(kafkaConnection({ KAFKA_BROKERS: brokers, KAFKA_TLS: 'true' })?.tls).toBe(true)
    expect(kafkaConnection({ KAFKA_BROKERS: brokers, KAFKA_TLS: 'false' })?.tls).toBeUndefined()
    expect(kafkaConnection({ KAFKA_BROKERS: brokers, KAFKA_TLS: import.meta.filename })?.tls).toMatchObject({
      ca: expect.stringContaining('kafkaConnection'),
    })
    expect(() => kafkaConnection({ KAFKA_BROKERS: brokers, KAFKA_TLS: '/nowhere.pem' })).toThrow(/^KAFKA_TLS/)
  })
})
