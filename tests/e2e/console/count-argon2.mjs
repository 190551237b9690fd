// Preloaded into the processes of a test: every verification of a password leaves a line in a file.
import { appendFileSync } from 'node:fs'

const file = process.env.EVENTMESH_TEST_ARGON2_FILE
const load = process.dlopen
process.dlopen = (module, filename, ...rest) => {
  load.call(process, module, filename, ...rest)
  if (!/argon2[^/]*\.node$/.test(filename)) return
  const { verify } = module.exports
  module.exports.verify = (...given) => {
    appendFileSync(file, 'verify\n')
    return verify(...given)
  }
}
