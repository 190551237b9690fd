import { buildIfStale } from '../../../apps/console/start/build.ts'

/** Builds the console before the first worker starts one, so that no two build it. */
export default async function setup(): Promise<void> {
  await buildIfStale((line) => process.stdout.write(`${line}\n`))
}
