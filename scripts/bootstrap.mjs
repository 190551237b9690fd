// Runs on any Node >= 20: installs the pinned dependencies (Node 24 among them) when they are not there yet.
// Everything after it runs on that Node 24. Its stdout stays empty, so `npm run -s eventmesh -- … --json` prints JSON alone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const stampFile = 'node_modules/.eventmesh-installed'
const node = 'node_modules/node/bin/node'
const { packageManager, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

const hostMajor = Number(process.versions.node.split('.')[0])
if (hostMajor < 20)
  fail(`this machine's Node is ${process.versions.node}; EventMesh needs Node 20 or newer to install itself`)

const wanted = stamp()
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted || !existsSync(node)) {
  install()
  writeFileSync(stampFile, wanted)
}

const found = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim()
if (found !== `v${devDependencies.node}`) {
  fail(
    `node_modules holds Node ${found ?? 'of another machine'} instead of ${devDependencies.node}; remove node_modules and run this again`,
  )
}

function stamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(file))
  return hash.digest('hex')
}

function install() {
  process.stderr.write(
    `eventmesh: installing dependencies with ${packageManager} (once; the packages are about 150 MB)\n`,
  )
  const result = spawnSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, COREPACK_ENABLE_STRICT: '0' },
  })
  if (result.status !== 0) fail('installing the dependencies failed; the lines above say why')
}

function fail(message) {
  process.stderr.write(`eventmesh: ${message}\n`)
  process.exit(1)
}
