import { expect, test } from 'vitest'
import { judgeTopic, topicSettings } from './log.kafka.topics.ts'

const led = { replicas: 3, hasLeader: true }

function topic(changes: Readonly<Record<string, string | undefined>> = {}, partitions = [led, led]) {
  const settings = new Map(Object.entries({ ...topicSettings('production'), ...changes }))
  return {
    name: 't',
    partitions,
    settings: new Map([...settings].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))),
  }
}

test('what `topics create` makes in production is safe', () => {
  expect(judgeTopic(topic())).toEqual([])
})

test.each([
  ['min.insync.replicas', '1'],
  ['unclean.leader.election.enable', 'true'],
  ['cleanup.policy', 'compact'],
  ['cleanup.policy', 'compact,delete'],
  ['retention.ms', '604799999'],
  ['retention.bytes', '1073741824'],
  ['max.message.bytes', '1048588'],
  ['message.timestamp.type', 'CreateTime'],
])('%s = %s is unsafe', (key, value) => {
  expect(judgeTopic(topic({ [key]: value }))).toEqual([expect.stringContaining(`${key} is ${value}`)])
})

test.each(['min.insync.replicas', 'cleanup.policy', 'retention.ms', 'max.message.bytes'])(
  '%s that cannot be read is unsafe',
  (key) => {
    expect(judgeTopic(topic({ [key]: undefined }))).toEqual([expect.stringContaining(`${key} is not readable`)])
  },
)

test('a topic that shows none of its settings is unsafe', () => {
  expect(judgeTopic({ ...topic(), settings: undefined })).toEqual([expect.stringContaining('not readable')])
})

test('one thin partition is enough to be unsafe', () => {
  expect(judgeTopic(topic({}, [led, { ...led, replicas: 2 }]))).toEqual([
    '1 of 2 partitions have fewer than 3 replicas',
  ])
})

test('retention without end is safe', () => {
  expect(judgeTopic(topic({ 'retention.ms': '-1' }))).toEqual([])
})

test('on Redpanda write caching counts and the minimum of in-sync replicas does not', () => {
  const redpanda = { 'min.insync.replicas': undefined, 'unclean.leader.election.enable': undefined }
  expect(judgeTopic(topic({ ...redpanda, 'write.caching': 'false' }))).toEqual([])
  expect(judgeTopic(topic({ ...redpanda, 'write.caching': 'true' }))).toEqual([
    expect.stringContaining('write.caching'),
  ])
})
