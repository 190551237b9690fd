import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@eventmesh/db'
import { type Embedded, startEmbedded } from '@eventmesh/db/embedded'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kafkaPart, redisPart, withPart } from '../../packages/bus/src/testing/parts.ts'
import { type BundleName, bundles, makeBundles } from '../../scripts/bundle.ts'
import { type KafkaCluster, startKafka } from '../parts/kafka.mjs'
import { freePorts } from '../parts/ports.ts'
import { type RedisServer, startRedis } from '../parts/redis.ts'
import { imageEnvironment, type Run, readCompose, runAs, startOrder } from './harness/compose.ts'
import { until } from './harness/processes.ts'
import { send, sendUntilKept } from './harness/send.ts'

// Every service's own command and environment, run as a plain process from the production bundles, against a real
// Postgres, redis-server and Apache Kafka in the place of the images. Names of containers become addresses; since all
// processes share one network here, each gets ports of its own. Not run: the images themselves, and Redpanda.

const services = readCompose()
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined)
const uid = process.getuid?.() === 0 ? 65_534 : undefined

describe('docker-compose.yml', () => {
  test('starts nothing before what it needs', () => {
    const order = startOrder(services)
    const isBefore = (one: string, two: string) => order.indexOf(one) < order.indexOf(two)
    expect(isBefore('postgres', 'migrate') && isBefore('secret-key', 'migrate')).toBe(true)
    expect(isBefore('redpanda', 'topics')).toBe(true)
    for (const name of ['ingest-1', 'ingest-2', 'engine']) {
      expect(services[name]?.depends_on).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        topics: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      })
    }
    for (const { depends_on = {} } of Object.values(services)) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        if (condition === 'service_healthy') expect(services[needed]?.healthcheck, needed).toBeDefined()
      }
    }
  })

  test('runs our processes without rights, on a read-only file system, with time to drain', () => {
    for (const [name, service] of ours) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], image: 'eventmesh:local' })
      if (service.healthcheck !== undefined) expect(service.stop_grace_period, name).toBe('30s')
    }
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER node$/m)
  })

  test('keeps what is acknowledged: no dev-container mode, no write caching, no eviction, an append-only file', () => {
    const { redpanda, redis } = services
    expect(redpanda?.command?.join(' ')).not.toMatch(/dev-container|unsafe-bypass-fsync/)
    expect(redpanda?.command).toContain('--set=redpanda.write_caching_default=false')
    expect(redpanda?.command).toContain('--set=redpanda.auto_create_topics_enabled=false')
    expect(redis?.command?.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/)
    for (const name of ['postgres', 'redis', 'redpanda']) {
      expect(services[name]?.volumes, name).toHaveLength(1)
      expect(services[name]?.image, name).toMatch(/:v?\d/)
    }
  })
})

withPart(kafkaPart, () =>
  withPart(redisPart, () =>
    describe('the services', () => {
      let directory: string
      let app: string
      let postgres: Embedded
      let redis: RedisServer
      let kafka: KafkaCluster
      const ports: Record<string, { public: number; admin: number }> = {}
      const started = ['ingest-1', 'ingest-2', 'engine', 'console']
      const running = new Map<string, Run>()

      beforeAll(async () => {
        directory = mkdtempSync(join(tmpdir(), 'eventmesh-compose-'))
        chmodSync(directory, 0o755)
        app = join(directory, 'app')
        const first = await freePorts(26)
        const parts = await Promise.all([
          makeBundles(Object.keys(bundles) as BundleName[], app),
          startPostgres(join(directory, 'postgres')),
          startRedis(redisSettings()),
          startKafka({ brokers: 1, port: first, data: join(directory, 'kafka') }),
        ])
        ;[, postgres, redis, kafka] = parts
        const base = await freePorts(6)
        ports['ingest-1'] = { public: base, admin: base + 1 }
        ports['ingest-2'] = { public: base + 2, admin: base + 3 }
        ports.engine = { public: 0, admin: base + 4 }
        ports.console = { public: base + 5, admin: base + 5 }
        mkdirSync(join(directory, 'secret'), { mode: 0o700 })
        if (uid !== undefined) chownSync(join(directory, 'secret'), uid, uid)
        // The console may have to be built first.
      }, 300_000)

      afterAll(async () => {
        for (const { child } of running.values()) child.kill('SIGKILL')
        await Promise.all([redis?.close(), kafka?.close(), postgres?.stop()])
        rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
      })

      test('bundles hold no failpoint', () => {
        for (const file of readdirSync(app).filter((name) => name.endsWith('.js'))) {
          expect(readFileSync(join(app, file), 'utf8'), file).not.toContain('EVENTMESH_FAILPOINT')
        }
      })

      test('one-shots make the key, the schema and the topics, and change nothing the second time', async () => {
        const file = join(directory, 'secret', 'secret.key')
        await done('secret-key')
        const key = readFileSync(file, 'utf8')
        expect(Buffer.from(key, 'base64')).toHaveLength(32)
        expect(statSync(file).mode & 0o777).toBe(0o600)
        await done('secret-key')
        expect(readFileSync(file, 'utf8')).toBe(key)

        expect(await done('migrate')).toMatch(/migrations applied/)
        expect(await done('migrate')).toMatch(/up to date/)
        expect(await done('topics')).toMatch(/eventmesh\.events +6 +1 /)
        expect(await done('topics')).toMatch(/unsafe \(allowed by EVENTMESH_DURABILITY=dev\)/)
      })

      test('topics that one disk can lose are no topics for production', async () => {
        const variables = { ...variablesOf('cli'), EVENTMESH_DURABILITY: 'production' }
        const check = runAs(uid, app, ['node', 'eventmesh.js', 'topics', 'check'], variables)
        expect(await check.exited).toBe(1)
        expect(check.stdout()).toMatch(/^UNSAFE: eventmesh\.events: min\.insync\.replicas is 1, expected 2$/m)
        const ingest = runAs(uid, app, ['node', 'ingest.js'], variables)
        expect(await ingest.exited).toBe(1)
        expect(ingest.output()).toMatch(/min\.insync\.replicas is 1/)
      })

      test('health checks say no before the processes run and yes once they are ready', async () => {
        for (const name of started) {
          expect(await check(name), name).not.toBe(0)
          running.set(name, start(name))
        }
        for (const name of started) {
          await until(`${name} to be healthy`, 60_000, async () => {
            const run = running.get(name)
            if (run?.child.exitCode !== null) throw new Error(`${name} ended: ${run?.output()}`)
            return (await check(name)) === 0
          })
        }
        const verbose = await fetch(`http://127.0.0.1:${ports['ingest-1']?.admin}/readyz?verbose`)
        expect(await verbose.text()).toMatch(/"durability",\s+"ok": true,\s+"detail": "dev"/)
      })

      test('the health check of redis answers', async () => {
        const [client = '', ...words] = checkOf('redis')
        const run = runAs(undefined, directory, [client, '-p', String(redis.port), ...words], {})
        expect(await run.exited).toBe(0)
      })

      test('an event through one ingest is a duplicate through the other, and is found by the command line', async () => {
        const tenant = JSON.parse(await cli('tenant', 'create', 'acme', '--json'))
        const { key } = JSON.parse(
          await cli('key', 'create', '--tenant', 'acme', '--name', 'k', '--mode', 'test', '--json'),
        )
        const target = (name: string) => ({
          ingestUrl: `http://127.0.0.1:${ports[name]?.public}`,
          apiKey: key,
          tenantId: tenant.id,
        })
        const payload = '{"exact":9007199254740993}'
        const first = await sendUntilKept(target('ingest-1'), 'compose-1', payload, [])
        const again = await sendUntilKept(target('ingest-2'), 'compose-1', payload, [])
        expect([first.outcome, again.outcome]).toEqual(['accepted', 'duplicate'])
        expect(again.eventId).toBe(first.eventId)

        await until('the event in the index', 30_000, async () => {
          const found = await cli('event', 'list', '--tenant', 'acme', '--envelope', '--json')
          return found.includes(`"payload":${payload}`)
        })
        const tail = await cli('event', 'tail', '--from', 'beginning', '--limit', '1')
        expect(JSON.parse(tail)).toMatchObject({ value: { event_id: first.eventId } })
        expect(JSON.parse(await cli('claims', 'reset', '--json')).dropped).toBeGreaterThan(0)
      })

      test('the console opens a setup link, with no secret key and no way to log or claims', async () => {
        const link = JSON.parse(await cli('setup-link', 'acme', '--json'))
        const address = new URL(link.url)
        expect(address.origin).toBe('http://localhost:4001')
        address.port = String(ports.console?.public)
        const page = await fetch(address)
        expect(page.status).toBe(200)
        expect(await page.text()).toContain('Create organization')
        expect(Object.keys(variablesOf('console')).filter((name) => /SECRET|KAFKA|REDIS/.test(name))).toEqual([])
        expect(services.console?.volumes).toEqual([])
      })

      test('a deleted tenant is unknown, and its slug is free', async () => {
        const { id } = JSON.parse(await cli('tenant', 'create', 'gone', '--json'))
        const { key } = JSON.parse(
          await cli('key', 'create', '--tenant', 'gone', '--name', 'k', '--mode', 'test', '--json'),
        )
        const target = { ingestUrl: `http://127.0.0.1:${ports['ingest-1']?.public}`, apiKey: key, tenantId: id }
        expect((await send(target, 'k', '{}')).status).toBe(202)
        expect(JSON.parse(await cli('tenant', 'delete', 'gone', '--json')).id).toBe(id)
        await until('the key to be unknown', 30_000, async () => {
          const { status, body } = await send(target, 'k', '{}')
          return status === 401 && body.code === 'key_invalid'
        })
        expect(JSON.parse(await cli('tenant', 'create', 'gone', '--json')).id).not.toBe(id)
      })

      test('SIGTERM drains each of them, exit 0', async () => {
        for (const { child } of running.values()) child.kill('SIGTERM')
        for (const [name, run] of running) {
          expect(await run.exited, `${name}: ${run.output()}`).toBe(0)
          running.delete(name)
        }
      })

      function redisSettings(): Readonly<Record<string, string>> {
        const [, ...args] = services.redis?.command ?? []
        return Object.fromEntries(
          args.flatMap((arg, at) => (at % 2 === 0 ? [[arg.replace(/^--/, ''), args[at + 1] ?? '']] : [])),
        )
      }

      /** As the image makes them: the user of the variables, a superuser, and its database. */
      async function startPostgres(dataDir: string): Promise<Embedded> {
        const server = await startEmbedded({ dataDir, log: () => undefined })
        const { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '' } = services.postgres?.environment ?? {}
        const db = connect({
          url: server.urls.superuser,
          max: 1,
          acquireTimeoutMs: 10_000,
          statementTimeoutMs: 30_000,
          applicationName: 'eventmesh-compose-test',
        })
        await db.sql.unsafe(`create role ${user} superuser login password '${password}'`)
        await db.sql.unsafe('create database compose')
        await db.close()
        return server
      }

      function variablesOf(name: string): Readonly<Record<string, string>> {
        const given: Record<string, string> = { ...imageEnvironment(), ...services[name]?.environment }
        const port = ports[name]
        const translated = Object.entries(given).map(([variable, value]) => [
          variable,
          value
            .replace('@postgres:5432/eventmesh', `@127.0.0.1:${postgres.port}/compose`)
            .replace('redpanda:9092', kafka.bootstrap.join(','))
            .replace('redis:6379', redis.address)
            .replace('/var/lib/eventmesh', join(directory, 'secret')),
        ])
        return {
          ...Object.fromEntries(translated),
          ...(port === undefined
            ? {}
            : {
                CONSOLE_PORT: String(port.public),
                INGEST_PORT: String(port.public),
                INGEST_ADMIN_PORT: String(port.admin),
                ENGINE_ADMIN_PORT: String(port.admin),
              }),
        }
      }

      function start(name: string, ...args: readonly string[]): Run {
        const { entrypoint = [], command = [] } = services[name] ?? {}
        return runAs(uid, app, [...entrypoint, ...command, ...args], variablesOf(name))
      }

      async function done(name: string): Promise<string> {
        const run = start(name)
        expect(await run.exited, `${name}: ${run.output()}`).toBe(0)
        return run.output()
      }

      async function cli(...args: readonly string[]): Promise<string> {
        const run = start('cli', ...args)
        expect(await run.exited, `${args.join(' ')}: ${run.output()}`).toBe(0)
        return run.stdout()
      }

      function checkOf(name: string): readonly string[] {
        const [kind, ...command] = services[name]?.healthcheck?.test ?? []
        expect(kind).toBe('CMD')
        return command
      }

      /** The health check's own command; only the port is this test's. */
      async function check(name: string): Promise<number | null> {
        const port = ports[name]
        const command = checkOf(name).map((word) =>
          word.replace(/:400[01]\//, `:${port?.public}/`).replace(':4012/', `:${port?.admin}/`),
        )
        return await runAs(uid, app, command, variablesOf(name)).exited
      }
    }),
  ),
)
