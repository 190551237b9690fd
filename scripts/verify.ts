import { verify } from './verification.ts'

const { passed, failed, skipped } = await verify()
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1
