/** The event log's topics, without the installation's prefix (`KAFKA_TOPIC_PREFIX`, default `eventmesh.`). */
export const topics = ['events', 'outcomes', 'quarantine', 'dead-letters'] as const

export type Topic = (typeof topics)[number]
