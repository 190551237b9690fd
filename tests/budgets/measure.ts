export type Measured = { readonly p50: number; readonly p95: number; readonly max: number; readonly turns: number }

/** One turn is not counted: it fills caches, as the page before did. */
export async function measure(turns: number, run: (turn: number) => Promise<number>): Promise<Measured> {
  const values: number[] = []
  for (let turn = -1; turn < turns; turn += 1) {
    const value = await run(turn)
    if (turn >= 0) values.push(value)
  }
  return spread(values)
}

export function spread(values: readonly number[]): Measured {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), max: at(1), turns: sorted.length }
}

export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

/** One line of the report. */
export function report(what: string, { p50, p95, max, turns }: Measured, budget: number, unit: string): void {
  const [a, b, c] = [p50, p95, max].map((value) => value.toFixed(unit === '' ? 3 : 0))
  process.stdout.write(
    `budget: ${what.padEnd(48)} p50 ${a} · p95 ${b} · max ${c} ${unit} of ${budget} ${unit} (${turns} turns)\n`,
  )
}
