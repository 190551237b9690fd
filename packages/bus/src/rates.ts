/**
 * Rates that several processes keep together. Each process counts by itself and never asks before it answers anybody;
 * once a second it tells what it let pass and learns what it may let pass next.
 */
export interface Rates {
  /**
   * One command for all buckets of the call, at most `rateBucketsMax`. Per bucket, in the given order:
   * - what `used` tells is taken from the bucket, also below zero: what was passed too much is waited for later, so that
   *   over time all processes together pass its rate, and its burst once for each of them at most;
   * - `share` divides the rate among the processes that told of the bucket within the last 3 s, by what was asked of
   *   them; the shares of all are 1 together.
   * Atomic per bucket; the clock is the store's. Throws within 250 ms when there is no answer: what was told may then be
   * counted or not, and is not to be told again.
   */
  renew(uses: readonly RateUse[]): Promise<readonly RateLease[]>
  close(): Promise<void>
}

export type RateUse = {
  /** A name that all processes give this bucket. */
  readonly bucket: string
  /** Tokens per second and at most; the same in all processes. */
  readonly rate: number
  readonly burst: number
  /** Tokens taken since the last call. */
  readonly used: number
  /** Tokens asked for since then, taken or not: how much of the rate is wanted here. */
  readonly asked: number
}

export type RateLease = {
  /** What is in the bucket now; negative when too much was passed. */
  readonly tokens: number
  /** This process's part of the rate, over 0 and at most 1. */
  readonly share: number
}

export const rateBucketsMax = 1_000
