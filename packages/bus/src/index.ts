export * from './claims.ts'
export { FailpointError, failpoint } from './failpoint.ts'
export { producerLimits } from './log.kafka.accumulate.ts'
export { type KafkaConnection, type KafkaVariables, kafkaConnection } from './log.kafka.connection.ts'
export type { Durability, TopicReport, TopicsReport } from './log.kafka.topics.ts'
export * from './log.ts'
export {
  checkTopics,
  createTopics,
  type OpenClaimsOptions,
  type OpenLogOptions,
  openClaims,
  openLog,
  openRates,
} from './open.ts'
export * from './rates.ts'
export { checkRecord, recordBytesMax } from './record.ts'
