import { describe, expect, test } from 'vitest'
import { murmur2, partitionOf } from './log.kafka.partition.ts'

// Known answers of Apache Kafka's own UtilsTest.testMurmur2 (Apache-2.0).
const kafkaAnswers: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

describe('murmur2', () => {
  test.each(kafkaAnswers)('of %j is what Kafka computes', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash)
  })

  test('of no bytes is Kafka’s hash of an empty key', () => {
    expect(murmur2(Buffer.alloc(0))).toBe(275646681)
  })

  test('counts bytes above 127 as unsigned', () => {
    const partitions = [1, 2, 3].map((length) => partitionOf(Buffer.alloc(length, 0xff), 1_000_003))
    expect(partitions.every((partition) => partition >= 0)).toBe(true)
  })
})

describe('partitionOf', () => {
  test('drops the sign bit before the modulo', () => {
    expect(partitionOf(Buffer.from('21'), 24)).toBe((-973932308 & 0x7fffffff) % 24)
  })
})
