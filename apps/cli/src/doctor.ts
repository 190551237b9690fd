import { accessSync, constants, existsSync } from 'node:fs'
import { type Database, inspectServer, masterKeys } from '@eventmesh/db'
import { openOperatorClaims, openOperatorLog } from './bus.ts'
import { type Command, type Context, command } from './command.ts'
import { dataDirectory, findDatabase, withDatabase } from './connection.ts'
import { explain } from './explain.ts'
import { readKeyBytes, readMasterKeys } from './master-key.ts'
import { printable } from './table.ts'

type Finding = {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** How to mend it; only with `ok: false`. */
  readonly fix?: string
}

const nodeMajor = 24
/** Above it, times of two processes can no longer be compared on a screen. */
const clockDifferenceMsMax = 1_000

export const doctorCommands: readonly Command[] = [
  command({
    name: 'doctor',
    summary: 'Checks every dependency, version and setting, and the clocks; exit 1 when something is bad.',
    run: async (context) => {
      const findings = [...checkMachine(context), ...(await checkDatabase(context)), ...(await checkProcesses(context))]
      const isGood = findings.every(({ ok }) => ok)
      return {
        isGood,
        json: () => JSON.stringify({ ok: isGood, checks: findings }),
        human: () => findings.map(line).join(''),
      }
    },
  }),
]

type Environment = Context['environment']

function checkMachine({ environment }: Pick<Context, 'environment'>): readonly Finding[] {
  const durability = environment.EVENTMESH_DURABILITY || 'production'
  return [
    verdict(
      'node',
      process.versions.node.startsWith(`${nodeMajor}.`),
      process.versions.node,
      `run it with Node ${nodeMajor}`,
    ),
    verdict(
      'durability',
      durability === 'production' || durability === 'dev',
      durability,
      'set EVENTMESH_DURABILITY to production or dev',
    ),
    checkDataDirectory(environment),
    checkSecretKey(environment, durability),
  ]
}

function checkDataDirectory(environment: Environment): Finding {
  const directory = dataDirectory(environment)
  if (!existsSync(directory)) return { name: 'data directory', ok: true, detail: `${directory} is not there yet` }
  try {
    accessSync(directory, constants.R_OK | constants.W_OK)
    return { name: 'data directory', ok: true, detail: directory }
  } catch {
    // Which right is missing does not change the way out.
    return {
      name: 'data directory',
      ok: false,
      detail: `${directory} cannot be written`,
      fix: 'set EVENTMESH_DATA_DIR to a directory of yours',
    }
  }
}

function checkSecretKey(environment: Environment, durability: string): Finding {
  const name = 'secret key'
  const keys = readKeyBytes(environment)
  if (!keys.ok) return { name, ok: false, detail: keys.problems.join('; '), fix: 'mend the variable or the file' }
  if (keys.current !== undefined) return { name, ok: true, detail: '32 bytes' }
  if (durability === 'dev') return { name, ok: true, detail: 'none yet; npm start makes one' }
  const fix = 'set EVENTMESH_SECRET_KEY or EVENTMESH_SECRET_KEY_FILE (openssl rand -base64 32)'
  return { name, ok: false, detail: 'there is none', fix }
}

/** Whether what is at hand opens the secrets of sources; a machine without the key cannot tell. */
async function checkSealedSecrets(db: Database, environment: Environment): Promise<Finding> {
  const name = 'sealed secrets'
  if (!readKeyBytes(environment).ok) return { name, ok: true, detail: 'not checked: the secret key cannot be read' }
  const { current, previous } = await readMasterKeys(environment)
  const keys = [current, previous].filter((key) => key !== undefined)
  if (keys.length === 0) return { name, ok: true, detail: 'not checked: the secret key is not on this machine' }
  const problem = await masterKeys.problem(db, keys, { isRequired: true })
  return verdict(name, problem === undefined, problem ?? `sealed to ${keys[0]?.keyId}`, 'run: npm run migrate')
}

async function checkDatabase({ environment }: Pick<Context, 'environment'>): Promise<readonly Finding[]> {
  try {
    const { isEmbedded } = await findDatabase(environment)
    return await withDatabase(environment, async (db) => {
      const facts = await inspectServer(db)
      const { settings, connections } = facts
      const off = Object.entries(settings)
        .filter(([, value]) => value === 'off')
        .map(([setting]) => setting)
      const findings: Finding[] = [
        verdict(
          'database',
          !facts.isStandby,
          `Postgres ${facts.version}${isEmbedded ? ', embedded' : ''}, answered in ${facts.roundTripMs} ms`,
          'it is a read-only standby; point DATABASE_URL at the primary',
        ),
        verdict(
          'database settings',
          off.length === 0,
          off.length === 0 ? 'fsync, full_page_writes, synchronous_commit are on' : `${off.join(', ')} off`,
          'turn them on: without them an acknowledged event can be lost',
        ),
        verdict(
          'database roles',
          facts.roleProblems.length === 0,
          facts.roleProblems.join('; ') || 'each process has its own, bound by row-level security',
          'run: npm run migrate',
        ),
        verdict(
          'schema',
          facts.pendingMigrations.length === 0,
          facts.pendingMigrations.length === 0 ? 'up to date' : `lacks ${facts.pendingMigrations.join(', ')}`,
          'run: npm run migrate',
        ),
        verdict(
          'database connections',
          connections.used < connections.max * 0.9,
          `${connections.used} of ${connections.max} used`,
          'raise max_connections or run fewer processes',
        ),
        verdict(
          'clock',
          Math.abs(facts.clockDifferenceMs) <= clockDifferenceMsMax,
          `${facts.clockDifferenceMs} ms from the database's`,
          'let both machines follow a time server (NTP)',
        ),
      ]
      if (facts.pendingMigrations.length > 0) return findings
      findings.push(await checkSealedSecrets(db, environment))
      const log = await openOperatorLog(db, environment)
      const claims = await openOperatorClaims(db, environment)
      try {
        const [logState, claimsState] = await Promise.all([log.check(), claims.check()])
        return [
          ...findings,
          verdict('log', logState.ok, logState.detail, 'events are answered 503 until the log can take them'),
          verdict(
            'claims',
            claimsState.ok,
            claimsState.detail,
            'duplicates are appended as copies, or refused where a tenant is strict, until claims are back',
          ),
        ]
      } finally {
        await Promise.all([log.close(), claims.close()])
      }
    })
  } catch (error) {
    return [
      {
        name: 'database',
        ok: false,
        detail: explain(error),
        fix: 'start it with npm start, or set DATABASE_URL to a Postgres of version 16 or newer',
      },
    ]
  }
}

/** A process that does not run here is no fault: it may run elsewhere. One that runs and is not ready is. */
async function checkProcesses({ environment }: Pick<Context, 'environment'>): Promise<readonly Finding[]> {
  const host = environment.ADMIN_HOST || '127.0.0.1'
  const ports = { ingest: environment.INGEST_ADMIN_PORT || '4010', engine: environment.ENGINE_ADMIN_PORT || '4012' }
  return await Promise.all(
    Object.entries(ports).map(async ([name, port]) => {
      try {
        const response = await fetch(`http://${host}:${port}/readyz?verbose`, { signal: AbortSignal.timeout(3_000) })
        return verdict(
          name,
          response.ok,
          response.ok ? `ready on port ${port}` : `not ready: ${(await response.text()).trim()}`,
          'its log says what it lacks',
        )
      } catch {
        return { name, ok: true, detail: `does not run on port ${port} of this machine` }
      }
    }),
  )
}

function verdict(name: string, ok: boolean, detail: string, fix: string): Finding {
  return ok ? { name, ok, detail } : { name, ok, detail, fix }
}

function line({ name, ok, detail, fix }: Finding): string {
  return `${ok ? 'ok ' : 'BAD'}  ${name.padEnd(20)}  ${printable(detail)}\n${fix === undefined ? '' : `     ${''.padEnd(20)}  → ${fix}\n`}`
}
