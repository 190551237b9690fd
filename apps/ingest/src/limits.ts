import type { Route } from './request.ts'

/** Every bound of the accept path; `config.ts` fills it from the environment. Bytes, milliseconds, counts. */
export type Limits = {
  readonly bodyBytesMax: number
  readonly batchBytesMax: number
  readonly batchItemsMax: number
  readonly itemBytesMax: number
  /** The most that a source's own limit can be. */
  readonly webhookBytesMax: number
  readonly jsonDepthMax: number
  readonly jsonMembersMax: number
  readonly recordBytesMax: number
  readonly urlBytesMax: number
  readonly headerBytesMax: number
  readonly headerFieldsMax: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly connectionsCheckMs: number
  readonly keepAliveMs: number
  readonly connectionsMax: number
  readonly requestsInFlightMax: number
  readonly bytesInFlightMax: number
  readonly tenantBytesInFlightMax: number
  readonly tenantRate: number
  readonly tenantBurst: number
  readonly keyRate: number
  readonly keyBurst: number
  readonly ipFailuresPerMinute: number
  readonly rateShare: number
  readonly keyRefreshMs: number
  readonly keyHardAgeMs: number
  readonly keysMax: number
  readonly unknownKeyMs: number
  readonly unknownKeysMax: number
  readonly claimWaitMs: number
  readonly settledTtlMs: number
  readonly produceDeadlineMs: number
  readonly handlerDeadlineMs: number
  readonly webhookProduceDeadlineMs: number
  readonly webhookHandlerDeadlineMs: number
  readonly webhookSettledTtlMs: number
  readonly rejectionsPerSecond: number
  readonly duplicatesPerDay: number
  readonly diagnosesPerMinute: number
}

const mebibyte = 1024 * 1024

export const defaultLimits: Limits = Object.freeze({
  bodyBytesMax: mebibyte,
  batchBytesMax: 5 * mebibyte,
  batchItemsMax: 1_000,
  itemBytesMax: mebibyte,
  webhookBytesMax: 7 * mebibyte,
  jsonDepthMax: 64,
  jsonMembersMax: 10_000,
  recordBytesMax: 8 * mebibyte,
  urlBytesMax: 2_048,
  headerBytesMax: 16_384,
  headerFieldsMax: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  connectionsCheckMs: 5_000,
  keepAliveMs: 75_000,
  connectionsMax: 4_096,
  requestsInFlightMax: 1_000,
  bytesInFlightMax: 128 * mebibyte,
  tenantBytesInFlightMax: 32 * mebibyte,
  tenantRate: 1_000,
  tenantBurst: 2_000,
  keyRate: 500,
  keyBurst: 2_000,
  ipFailuresPerMinute: 20,
  rateShare: 1,
  keyRefreshMs: 10_000,
  keyHardAgeMs: 30_000,
  keysMax: 50_000,
  unknownKeyMs: 5_000,
  unknownKeysMax: 10_000,
  claimWaitMs: 1_000,
  settledTtlMs: 24 * 3_600_000,
  produceDeadlineMs: 10_000,
  handlerDeadlineMs: 12_000,
  webhookProduceDeadlineMs: 7_000,
  webhookHandlerDeadlineMs: 8_000,
  webhookSettledTtlMs: 7 * 24 * 3_600_000,
  rejectionsPerSecond: 10,
  duplicatesPerDay: 20,
  diagnosesPerMinute: 20,
})

export type Times = {
  readonly produceDeadlineMs: number
  readonly handlerDeadlineMs: number
  readonly settledTtlMs: number
}

/** A provider waits less for an answer than a tenant's own service, and comes back for longer. */
export function timesOf(limits: Limits, route: Route): Times {
  if (route !== 'hook') return limits
  return {
    produceDeadlineMs: limits.webhookProduceDeadlineMs,
    handlerDeadlineMs: limits.webhookHandlerDeadlineMs,
    settledTtlMs: limits.webhookSettledTtlMs,
  }
}
