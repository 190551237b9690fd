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
