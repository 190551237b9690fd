import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Embedded, joinEmbedded, startEmbedded } from './embedded.ts'
import { isServerOf, readPostmaster } from './postmaster.ts'

const isRoot = process.getuid?.() === 0

let home: string
let nextDir = 0
const running: Embedded[] = []
const lines: string[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'eventmesh embedded '))
  await chmod(home, 0o755)
})

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
  lines.splice(0)
})

afterAll(async () => {
  await rm(home, { recursive: true, maxRetries: 10 })
})

describe('the embedded server', { timeout: 60_000 }, () => {
  test('starts in a new directory with spaces in its name, given relatively, and keeps data and port', async () => {
    const dataDir = newDir()
    const first = await start(relative(process.cwd(), dataDir))
    await run(first, 'create table kept as select 1 as one')
    const settings = await run(
      first,
      `select string_agg(current_setting(name), ' ' order by n) as all from unnest(array['fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'password_encryption', 'TimeZone', 'server_encoding']) with ordinality as asked (name, n)`,
    )
    expect(settings).toEqual([{ all: 'on on on 127.0.0.1 scram-sha-256 UTC UTF8' }])
    expect(statSync(join(dataDir, 'embedded.json')).mode & 0o777).toBe(0o600)
    expect(await joinEmbedded(dataDir)).toEqual(first.urls)
    await first.stop()
    await first.stop()
    expect(await joinEmbedded(dataDir)).toBeUndefined()

    const second = await start(dataDir)
    expect(second.port).toBe(first.port)
    expect(second.urls).toEqual(first.urls)
    expect(await run(second, 'select one from kept')).toEqual([{ one: 1 }])
    expect(await readdir(dataDir)).toEqual(['embedded.json', 'postgres', 'postgres.log'])
  })

  test('gives every role a login of its own and lets nobody in without a password', async () => {
    const server = await start(newDir())
    for (const role of ['migrator', 'ingest', 'engine', 'console'] as const) {
      const sql = postgres(server.urls[role], { max: 1 })
      expect(await sql`select session_user::text as user, current_database() as database`).toEqual([
        { user: `eventmesh_${role}`, database: 'eventmesh' },
      ])
      await sql.end()
    }
    const url = new URL(server.urls.superuser)
    for (const password of ['', 'wrong']) {
      url.password = password
      const sql = postgres(url.href, { max: 1 })
      await expect(sql`select 1`).rejects.toMatchObject({ code: '28P01' })
      await sql.end()
    }
  })

  test('is joined nowhere where none was started', async () => {
    expect(await joinEmbedded(newDir())).toBeUndefined()
  })

  test('refuses a second owner while the first lives', async () => {
    const dataDir = newDir()
    await start(dataDir)
    await expect(start(dataDir)).rejects.toThrow(`${dataDir} is in use by a running EventMesh`)
  })

  test('lets one of two first starts at once have the directory', async () => {
    const dataDir = newDir()
    const results = await Promise.allSettled([start(dataDir), start(dataDir)])
    const ends = results.map((each) => (each.status === 'rejected' ? String(each.reason) : '')).sort()
    expect(ends).toEqual(['', expect.stringContaining('is in use')])
    expect(await run(running[0]!, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('stays up for whichever of the starts that waited for it became its owner', async () => {
    const dataDir = newDir()
    const first = start(dataDir)
    for (
      const deadline = performance.now() + 30_000;
      (await readPostmaster(join(dataDir, 'postgres'))) === undefined;
    ) {
      if (performance.now() > deadline) throw new Error('no server was begun')
      await wait(1)
    }
    const results = await Promise.allSettled([first, ...Array.from({ length: 6 }, () => start(dataDir))])
    const ends = results.map((each) => (each.status === 'rejected' ? String(each.reason) : '')).sort()
    expect(ends).toEqual(['', ...Array(6).fill(expect.stringContaining('is in use'))])
    expect(await run(running[0]!, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test.each([40, 150, 300, 500, 700, 900, 1_200])('starts after its first start was killed after %i ms', async (ms) => {
    const dataDir = newDir()
    const child = startInChild(dataDir)
    await Promise.race([wait(ms), once(child, 'exit')])
    await killHard(child)
    const server = await start(dataDir)
    expect(await run(server, 'select 1 as one')).toEqual([{ one: 1 }])
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('takes over the server of a killed run, with its data', async () => {
    const dataDir = newDir()
    const child = startInChild(dataDir)
    await once(child.stdout!, 'data')
    const urls = (await joinEmbedded(dataDir))!
    const { pid } = (await readPostmaster(join(dataDir, 'postgres')))!
    const sql = postgres(urls.superuser, { max: 1 })
    await sql`create table kept as select 1 as one`
    await sql.end()
    await killHard(child)

    const server = await start(dataDir)
    expect(server.pid).toBe(pid)
    expect(lines).toEqual([`took over the Postgres server that an earlier run left behind (process ${pid})`])
    expect(await run(server, 'select one from kept')).toEqual([{ one: 1 }])
    const exits: string[] = []
    server.onExit((detail) => exits.push(detail))
    await server.stop()
    expect(isServerOf(pid, join(dataDir, 'postgres'))).toBe(false)
    await wait(600)
    expect(exits).toEqual([])
  })

  test('starts again after its head was killed while others worked, with what was committed', async () => {
    const dataDir = newDir()
    const first = await start(dataDir)
    await run(first, 'create table kept as select 1 as one')
    const exited = new Promise<string>((resolve) => first.onExit(resolve))
    const busy = postgres(first.urls.superuser, { max: 1 })
    const working = busy`select count(*) from generate_series(1, 300000000)`.catch((error: unknown) => error)
    await expect
      .poll(() =>
        run(
          first,
          "select count(*)::int as n from pg_stat_activity where query like '%generate_series%' and pid <> pg_backend_pid()",
        ),
      )
      .toEqual([{ n: 1 }])
    process.kill(first.pid, 'SIGKILL')
    expect(await exited).toBe('signal SIGKILL')

    const second = await start(dataDir)
    expect(second.port).toBe(first.port)
    expect(await run(second, 'select one from kept')).toEqual([{ one: 1 }])
    expect(await working).toBeInstanceOf(Error)
    await busy.end({ timeout: 0 })
  })

  test('starts where postmaster.pid names a process that is something else by now', async () => {
    const dataDir = newDir()
    const first = await start(dataDir)
    await first.stop()
    const stale = [
      process.pid,
      join(dataDir, 'postgres'),
      1_700_000_000,
      first.port,
      '',
      '127.0.0.1',
      '  0 0',
      'ready   ',
      '',
    ]
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), stale.join('\n'))
    const second = await start(dataDir)
    expect(second.pid).not.toBe(process.pid)
    expect(lines.filter((line) => line.includes('took over'))).toEqual([])
  })

  test('takes another port when its last one is in use, and refuses a wished one', async () => {
    const dataDir = newDir()
    const first = await start(dataDir)
    await first.stop()
    const thief = net.createServer().listen(first.port, '127.0.0.1')
    await once(thief, 'listening')
    await expect(startEmbedded({ dataDir, port: first.port, log: () => {}, isDurable: false })).rejects.toThrow(
      `port ${first.port} of the embedded Postgres server is in use`,
    )
    const second = await start(dataDir)
    expect(second.port).not.toBe(first.port)
    expect(await joinEmbedded(dataDir)).toEqual(second.urls)
    thief.close()
  })

  test('names the version when the data is of another one', async () => {
    const dataDir = newDir()
    await (await start(dataDir)).stop()
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '16\n')
    await expect(start(dataDir)).rejects.toThrow(
      /holds data of Postgres 16, this version brings 18: .*EVENTMESH_DATA_DIR/,
    )
  })

  test('opens its data again when embedded.json was removed, and says so when it is damaged', async () => {
    const dataDir = newDir()
    const first = await start(dataDir)
    await run(first, 'create table kept as select 1 as one')
    await first.stop()
    await rm(join(dataDir, 'embedded.json'))
    const second = await start(dataDir)
    expect(second.urls.superuser).not.toBe(first.urls.superuser)
    expect(await run(second, 'select one from kept')).toEqual([{ one: 1 }])
    await second.stop()
    await writeFile(join(dataDir, 'embedded.json'), '{"port": ')
    await expect(start(dataDir)).rejects.toThrow('embedded.json is damaged')
  })

  test('says in one line that its directory cannot be made', async () => {
    const file = join(home, 'a file')
    await writeFile(file, '')
    await expect(start(join(file, 'data'))).rejects.toThrow(/^EVENTMESH_DATA_DIR .*a file\/data cannot be made: /)
  })

  test.runIf(isRoot)('works below a directory that is closed to its user', async () => {
    const closed = join(home, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const server = await start(join(closed, 'data'))
    expect(await run(server, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('tells its supervisor of an end that nobody asked for', async () => {
    const server = await start(newDir())
    const exited = new Promise<string>((resolve) => server.onExit(resolve))
    process.kill(server.pid, 'SIGQUIT')
    expect(await exited).toBe('exit code 0')
  })

  test('writes neither statements nor values into its log', async () => {
    const dataDir = newDir()
    const server = await start(dataDir)
    await run(server, "create table secrets (v text primary key); insert into secrets values ('canary-7d')")
    await run(server, "insert into secrets values ('canary-7d')").catch(() => {})
    await run(server, "select * from nowhere where x = 'canary-7d'").catch(() => {})
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8')
    expect(log).toContain('duplicate key value')
    expect(log).not.toContain('canary-7d')
  })

  test('does not keep a process that has nothing else to do', async () => {
    const dataDir = newDir()
    const child = startInChild(dataDir, '')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    expect((await joinEmbedded(dataDir)) !== undefined).toBe(true)
    await (await start(dataDir)).stop()
  })
})

function newDir(): string {
  nextDir += 1
  return join(home, `data ${nextDir}`)
}

async function start(dataDir: string): Promise<Embedded> {
  const server = await startEmbedded({
    dataDir,
    log: (line) => lines.push(line),
    ...(dataDir.endsWith('data 1') ? {} : { isDurable: false }),
  })
  running.push(server)
  return server
}

async function run(server: Embedded, statement: string): Promise<unknown> {
  const sql = postgres(server.urls.superuser, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(statement))]
  } finally {
    await sql.end()
  }
}

/** A supervisor in a process of its own; prints a line when the server is ready. */
function startInChild(dataDir: string, then = 'setInterval(() => {}, 1000)'): ChildProcess {
  const module = new URL('./embedded.ts', import.meta.url).href
  const program = `
    import { startEmbedded } from ${JSON.stringify(module)}
    await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log: () => {}, isDurable: false })
    console.log('ready')
    ${then}`
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
