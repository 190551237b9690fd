/**
 * The partition of a key: Kafka's murmur2 of the key's bytes without the sign bit, modulo the partition count. Every
 * Kafka client places keys like this, so copies of an event share a partition whoever sent them.
 * Source: `org.apache.kafka.common.utils.Utils.murmur2` and `toPositive` (Apache Kafka, Apache-2.0).
 */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** 32-bit murmur2 with Kafka's seed, as a signed integer. */
export function murmur2(bytes: Buffer): number {
  const m = 0x5bd1e995
  const length = bytes.length
  let h = 0x9747b28c ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let k = Math.imul(bytes.readInt32LE(at), m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = length - at
  if (rest === 3) h ^= bytes[at + 2]! << 16
  if (rest >= 2) h ^= bytes[at + 1]! << 8
  if (rest >= 1) h = Math.imul(h ^ bytes[at]!, m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}
