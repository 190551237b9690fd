import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/**
 * Prometheus metrics of one process. Labels are bounded sets (an outcome, a code, a topic), never a tenant, a key or
 * anything that a sender chooses. Names end in their unit.
 */
export type Metrics = {
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>
  gauge<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>
  /** Read when scraped. */
  gaugeOf(name: string, help: string, read: () => number | Promise<number>): void
  /** `buckets`: upper ends in seconds; by default from a local round trip to the handler's deadline. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>
  text(): Promise<string>
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 12]

export function createMetrics(options: { readonly process: string }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process: options.process })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: labels, registers }),
    gauge: (name, help, labels = []) => new Gauge({ name, help, labelNames: labels, registers }),
    gaugeOf: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read())
        },
      })
    },
    histogram: (name, help, labels = [], buckets = secondsBuckets) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
    text: () => registry.metrics(),
  }
}

/** The series of each label value, made once: prom-client otherwise looks its labels up with each count. */
export function perLabel<Value extends string | number, Series>(
  make: (value: Value) => Series,
): (value: Value) => Series {
  const made = new Map<Value, Series>()
  return (value) => {
    let series = made.get(value)
    if (series === undefined) {
      series = make(value)
      made.set(value, series)
    }
    return series
  }
}
