import { readFileSync } from 'node:fs'
import { type Topic, topics } from '@eventmesh/envelope'

/** How to reach the brokers; both clients are built from it. */
export type KafkaConnection = {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  /** Stands before each topic's name, `eventmesh.` by default. */
  readonly topicPrefix: string
  readonly clientId?: string
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  }
  /** `true`: the system's authorities; otherwise the PEM text of the accepted CA certificates. */
  readonly tls?: true | { readonly ca: string }
}

export const defaultTopicPrefix = 'eventmesh.'

export function topicName(connection: KafkaConnection, topic: Topic): string {
  return connection.topicPrefix + topic
}

export function topicOf(connection: KafkaConnection, name: string): Topic | undefined {
  return topics.find((topic) => connection.topicPrefix + topic === name)
}

/** The `KAFKA_…` variables as a process has read them (surface.md §2). */
export type KafkaVariables = {
  readonly KAFKA_BROKERS: readonly string[] | undefined
  readonly KAFKA_SASL_MECHANISM?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined
  readonly KAFKA_USERNAME?: string | undefined
  readonly KAFKA_PASSWORD?: string | undefined
  readonly KAFKA_TLS?: string | undefined
  readonly KAFKA_TOPIC_PREFIX?: string | undefined
}

/** Undefined without brokers: the log is on Postgres. Throws with the variable's name for what cannot be. */
export function kafkaConnection(values: KafkaVariables): KafkaConnection | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_SASL_MECHANISM: mechanism, KAFKA_TLS: tls } = values
  if (brokers === undefined || brokers.length === 0) return undefined
  for (const broker of brokers) {
    if (!/^(\[[0-9a-f:]+\]|[^\s:/,]+):\d{1,5}$/i.test(broker)) throw new Error('KAFKA_BROKERS: expected host:port,…')
  }
  return {
    brokers,
    topicPrefix: values.KAFKA_TOPIC_PREFIX ?? defaultTopicPrefix,
    ...(mechanism === undefined ? {} : { sasl: saslOf(mechanism, values) }),
    ...(tls === undefined || tls === '' || tls === 'false' ? {} : { tls: tlsOf(tls) }),
  }
}

function saslOf(mechanism: NonNullable<KafkaConnection['sasl']>['mechanism'], values: KafkaVariables) {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = values
  if (username === undefined) throw new Error('KAFKA_USERNAME: required with KAFKA_SASL_MECHANISM')
  if (password === undefined) throw new Error('KAFKA_PASSWORD: required with KAFKA_SASL_MECHANISM')
  return { mechanism, username, password }
}

function tlsOf(text: string): NonNullable<KafkaConnection['tls']> {
  if (text === 'true') return true
  try {
    return { ca: readFileSync(text, 'utf8') }
  } catch (cause) {
    throw new Error('KAFKA_TLS: expected true or a readable file of CA certificates', { cause })
  }
}
