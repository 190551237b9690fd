export { type ClaimsHarness, claimsContract } from './claims.contract.ts'
export { type LogFeatures, type LogHarness, logContract } from './log.contract.ts'
