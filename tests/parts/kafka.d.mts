/** Types of `kafka.mjs`. */
export type KafkaTopic = {
  name: string
  partitions?: number
  replicas?: number
  config?: Record<string, string | number>
}

export type KafkaCluster = {
  readonly version: string
  readonly data: string
  /** Addresses that clients are told (through the proxies, where there are some). */
  readonly bootstrap: readonly string[]
  /** Where the proxies forward to. */
  readonly client: readonly string[]
  /** Addresses that never pass a proxy: for checkers. */
  readonly direct: readonly string[]
  readonly startMs: number
  pid(id: number): number | undefined
  metadata(names?: readonly string[]): Promise<KafkaMetadata>
  /** First and next offset of each partition, asked of one broker: a cluster of one. */
  offsets(
    topic: string,
  ): Promise<readonly { readonly partition: number; readonly earliest: number; readonly latest: number }[]>
  createTopic(topic: KafkaTopic): Promise<void>
  /** Waits until every running broker sees `count` brokers and the named topics have all replicas in sync. */
  ready(options?: { count?: number; inSync?: readonly string[]; timeoutMs?: number }): Promise<void>
  kill(id: number): Promise<void>
  stop(id: number): Promise<void>
  freeze(id: number): Promise<void>
  thaw(id: number): Promise<void>
  start(id: number): Promise<void>
  restart(id: number): Promise<void>
  close(): Promise<void>
}

export type KafkaMetadata = {
  readonly controller: number
  readonly brokers: readonly { readonly id: number; readonly address: string }[]
  readonly topics: readonly {
    readonly error: number
    readonly name: string
    readonly partitions: readonly {
      readonly id: number
      readonly leader: number
      readonly replicas: readonly number[]
      readonly isr: readonly number[]
    }[]
  }[]
}

/** As one broker sees it, asked at its own address. */
export function metadata(address: string, topics?: readonly string[], timeoutMs?: number): Promise<KafkaMetadata>

export function startKafka(options?: {
  brokers?: number
  port?: number
  data?: string
  advertised?: readonly string[]
  topics?: readonly KafkaTopic[]
  settings?: Record<string, string | number | boolean>
  heap?: string
  jvm?: readonly string[]
  readyMs?: number
}): Promise<KafkaCluster>

/** Downloads the broker's jars once; throws with mvn's own words when it cannot. */
export function fetchJars(cache?: string): { version: string; classpath: string }

/** Runs one of Kafka's own command-line tools. */
export function tool(
  mainClass: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }>
