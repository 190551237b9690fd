#!/usr/bin/env node
/**
 * A real Apache Kafka cluster (KRaft, one or more brokers) on loopback, as plain Java processes, for the tests.
 * Needs java (17 or newer) and, for the first download of the broker's jars only, mvn. No npm packages.
 *
 *   node tests/parts/kafka.mjs start --brokers 3 --port 19092 --data DIR --topic 'eventmesh.events:24:3:min.insync.replicas=2'
 *   node tests/parts/kafka.mjs kill 1 --control 19990      (also: stop, start, freeze, thaw, restart, status, shutdown)
 *   node tests/parts/kafka.mjs tool org.apache.kafka.tools.TopicCommand --bootstrap-server 127.0.0.1:19102 --describe
 *   node tests/parts/kafka.mjs fetch                       (only fills the cache, EVENTMESH_KAFKA_CACHE)
 *
 * Broker i of `--port P`: clients P-1+i, direct P+9+i (never through a proxy), controller P+19+i.
 * After a kill -9 the broker is refused until its session (9 s) ends; freeze shorter than that is a stall, longer a
 * fail-over. As a module: `const kafka = await startKafka({ brokers: 1 })`; it dies with the process.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { startReaper } from './reaper.mjs'

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Downloads the class path once into the cache folder; later calls only read it. Returns a java class path. */
export function fetchJars(
  cache = process.env.EVENTMESH_KAFKA_CACHE ?? path.join(os.homedir(), '.cache', 'eventmesh-kafka'),
) {
  const pom = path.join(here, 'pom.xml')
  const version = /<kafka.version>([^<]+)</.exec(fs.readFileSync(pom, 'utf8'))[1]
  const jars = path.join(cache, version)
  if (!fs.existsSync(path.join(jars, '.complete'))) {
    fs.mkdirSync(jars, { recursive: true })
    const goal = [
      '-q',
      '-B',
      '-f',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${jars}`,
    ]
    const mvn = spawnSync('mvn', goal, { encoding: 'utf8' })
    if (mvn.status !== 0)
      throw new Error(`mvn failed: ${mvn.error?.message ?? (mvn.stdout + mvn.stderr).slice(0, 2000)}`)
    fs.writeFileSync(path.join(jars, '.complete'), '')
  }
  return { version, classpath: path.join(jars, '*'), archive: path.join(jars, 'classes.jsa') }
}

/**
 * Tests start many brokers and load none: one compiler instead of two, and classes out of an archive, make a start cost
 * 1.6 s of a processor instead of 4.4. The archive is there once a broker wrote one; a JVM that it is not for ignores it.
 */
function quickStart(archive) {
  const classes = fs.existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off'] : []
  return ['-XX:TieredStopAtLevel=1', ...classes]
}

/** Runs one of Kafka's own command-line tools, e.g. org.apache.kafka.tools.consumer.ConsoleConsumer. */
export function tool(mainClass, args, { log = 'OFF', ...options } = {}) {
  const { classpath, archive } = fetchJars()
  const java = spawn(
    'java',
    [
      '-Xmx256m',
      ...quickStart(archive),
      `-Dorg.apache.logging.log4j.level=${log}`,
      '-cp',
      classpath,
      mainClass,
      ...args,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    },
  )
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    java.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text))
    java.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text))
    java.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

// A few lines of the Kafka protocol (non-flexible versions): enough to wait for brokers and to create topics without starting a JVM.
const i8 = (n) => Buffer.from([n & 255])
const i16 = (n) => {
  const b = Buffer.alloc(2)
  b.writeInt16BE(n)
  return b
}
const i32 = (n) => {
  const b = Buffer.alloc(4)
  b.writeInt32BE(n)
  return b
}
const str = (s) => Buffer.concat([i16(Buffer.byteLength(s)), Buffer.from(s)])
const array = (items, encode) => Buffer.concat([i32(items.length), ...items.map(encode)])

function reader(buffer) {
  let at = 0
  const self = {
    i8: () => buffer.readInt8(at++),
    i16() {
      at += 2
      return buffer.readInt16BE(at - 2)
    },
    i32() {
      at += 4
      return buffer.readInt32BE(at - 4)
    },
    i64() {
      at += 8
      return buffer.readBigInt64BE(at - 8)
    },
    str() {
      const n = self.i16()
      if (n < 0) return null
      at += n
      return buffer.toString('utf8', at - n, at)
    },
    array: (decode) => Array.from({ length: Math.max(0, self.i32()) }, decode),
  }
  return self
}

function request(address, apiKey, apiVersion, body, timeoutMs) {
  const [host, port] = address.split(':')
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port: Number(port) })
    let received = Buffer.alloc(0)
    const fail = (error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`${address}: no answer in ${timeoutMs} ms`)))
    socket.on('error', fail).on('close', () => reject(new Error(`${address}: closed`)))
    const message = Buffer.concat([i16(apiKey), i16(apiVersion), i32(1), str('eventmesh-test'), body])
    socket.write(Buffer.concat([i32(message.length), message]))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return
      resolve(reader(received.subarray(8)))
      socket.destroy()
    })
  })
}

/** Metadata v5: the live brokers and, per topic, leader, replicas and in-sync replicas of each partition. */
export async function metadata(address, topics = [], timeoutMs = 3000) {
  const r = await request(address, 3, 5, Buffer.concat([array(topics, str), i8(0)]), timeoutMs)
  r.i32()
  const brokers = r.array(() => {
    const id = r.i32()
    const host = r.str()
    const port = r.i32()
    r.str()
    return { id, address: `${host}:${port}` }
  })
  r.str()
  const controller = r.i32()
  const partition = () => ({
    error: r.i16(),
    id: r.i32(),
    leader: r.i32(),
    replicas: r.array(r.i32),
    isr: r.array(r.i32),
    offline: r.array(r.i32),
  })
  const list = r.array(() => {
    const error = r.i16()
    const name = r.str()
    r.i8()
    return { error, name, partitions: r.array(partition) }
  })
  return { controller, brokers, topics: list }
}

/** CreateTopics v2. An existing topic is left as it is. */
export async function createTopic(address, { name, partitions = 1, replicas = 1, config = {} }, timeoutMs = 30_000) {
  const topic = Buffer.concat([
    str(name),
    i32(partitions),
    i16(replicas),
    i32(0),
    array(Object.entries(config), ([k, v]) => Buffer.concat([str(k), str(String(v))])),
  ])
  const r = await request(address, 19, 2, Buffer.concat([i32(1), topic, i32(timeoutMs), i8(0)]), timeoutMs)
  r.i32()
  for (const { error, text } of r.array(() => {
    r.str()
    return { error: r.i16(), text: r.str() }
  })) {
    if (error !== 0 && error !== 36) throw new Error(`topic ${name}: error ${error} ${text ?? ''}`)
  }
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) {
    const topicNow = await metadata(address, [name]).then(
      (m) => m.topics[0],
      () => null,
    )
    if (
      topicNow?.error === 0 &&
      topicNow.partitions.length >= partitions &&
      topicNow.partitions.every((p) => p.leader >= 0 && p.isr.length >= replicas)
    )
      return
  }
  throw new Error(`topic ${name}: no leaders after creation`)
}

/** ListOffsets v1 at the leader of every partition, which on one broker is the one asked: first and next offset of each. */
export async function offsets(address, topic, timeoutMs = 3000) {
  const [found] = (await metadata(address, [topic], timeoutMs)).topics
  if (found?.error !== 0) throw new Error(`topic ${topic}: error ${found?.error}`)
  const at = async (time) => {
    const asked = array(found.partitions, ({ id }) => Buffer.concat([i32(id), Buffer.from(time)]))
    const body = Buffer.concat([i32(-1), i32(1), str(topic), asked])
    const r = await request(address, 2, 1, body, timeoutMs)
    const [{ partitions }] = r.array(() => ({
      name: r.str(),
      partitions: r.array(() => ({ id: r.i32(), error: r.i16(), time: r.i64(), offset: r.i64() })),
    }))
    const failed = partitions.find(({ error }) => error !== 0)
    if (failed) throw new Error(`topic ${topic}, partition ${failed.id}: error ${failed.error}`)
    return new Map(partitions.map(({ id, offset }) => [id, Number(offset)]))
  }
  const earliest = await at(earliestTime)
  const latest = await at(latestTime)
  return found.partitions.map(({ id }) => ({ partition: id, earliest: earliest.get(id), latest: latest.get(id) }))
}
// −2 and −1 as 64-bit integers.
const earliestTime = [255, 255, 255, 255, 255, 255, 255, 254]
const latestTime = [255, 255, 255, 255, 255, 255, 255, 255]

/**
 * Starts a cluster and resolves when every broker is registered and every topic has its leaders.
 * advertised: one host:port per broker that clients are told to use (for a TCP proxy in front); default: the broker's own client port.
 * settings: extra broker properties. Data that exists in `data` is kept.
 */
export async function startKafka({
  brokers = 1,
  port = 19092,
  data,
  advertised = [],
  topics = [],
  settings = {},
  heap = '384m',
  jvm,
  log = 'WARN',
  readyMs = 90_000,
} = {}) {
  const startedAt = Date.now()
  const { classpath, version, archive } = fetchJars()
  const isTemporary = data === undefined
  data ??= fs.mkdtempSync(path.join(os.tmpdir(), 'eventmesh-kafka-'))
  fs.mkdirSync(data, { recursive: true })
  const ids = Array.from({ length: brokers }, (_, i) => i + 1)
  const direct = ids.map((id) => `127.0.0.1:${port + 9 + id}`)
  const client = ids.map((id) => `127.0.0.1:${port - 1 + id}`)
  const controllers = ids.map((id) => `127.0.0.1:${port + 19 + id}`)
  const told = ids.map((_id, i) => advertised[i] ?? client[i])

  const idFile = path.join(data, 'cluster-id')
  if (!fs.existsSync(idFile)) fs.writeFileSync(idFile, randomBytes(16).toString('base64url').replace(/^-/, 'A'))
  const clusterId = fs.readFileSync(idFile, 'utf8')
  const nodes = new Map()
  const reaper = startReaper(data)
  let closing = false

  for (const [i, id] of ids.entries()) {
    const home = path.join(data, `broker-${id}`)
    fs.mkdirSync(home, { recursive: true })
    const copies = Math.min(3, brokers)
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.voters': ids.map((other, at) => `${other}@${controllers[at]}`).join(','),
      listeners: `CLIENT://${client[i]},DIRECT://${direct[i]},CONTROLLER://${controllers[i]}`,
      'advertised.listeners': `CLIENT://${told[i]},DIRECT://${direct[i]}`,
      'listener.security.protocol.map': 'CLIENT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'DIRECT',
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': path.join(home, 'log'),
      'auto.create.topics.enable': false,
      'unclean.leader.election.enable': false,
      'offsets.topic.num.partitions': 4,
      'offsets.topic.replication.factor': copies,
      'transaction.state.log.num.partitions': 4,
      'transaction.state.log.replication.factor': copies,
      'transaction.state.log.min.isr': Math.min(2, copies),
      'share.coordinator.state.topic.num.partitions': 1,
      'share.coordinator.state.topic.replication.factor': copies,
      'share.coordinator.state.topic.min.isr': 1,
      'group.initial.rebalance.delay.ms': 0,
      ...settings,
    }
    const file = path.join(home, 'server.properties')
    fs.writeFileSync(
      file,
      Object.entries(properties)
        .map(([k, v]) => `${k}=${v}\n`)
        .join(''),
    )
    nodes.set(id, { id, home, file, process: null })
  }

  await Promise.all(
    [...nodes.values()]
      .filter((node) => !fs.existsSync(path.join(node.home, 'log', 'meta.properties')))
      .map(async (node) => {
        const done = await tool('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', node.file])
        if (done.code !== 0) throw new Error(`format of broker ${node.id} failed: ${done.stdout}${done.stderr}`)
      }),
  )

  const launch = (node) => {
    const out = fs.openSync(path.join(node.home, 'broker.log'), 'a')
    const isFirst = jvm === undefined && !fs.existsSync(archive)
    const written = isFirst ? `${archive}.${process.pid}.${node.id}` : undefined
    const args = [
      `-Xms${heap}`,
      `-Xmx${heap}`,
      '-XX:+UseSerialGC',
      `-Dorg.apache.logging.log4j.level=${log}`,
      ...(jvm ?? quickStart(archive)),
      ...(written === undefined ? [] : [`-XX:ArchiveClassesAtExit=${written}`, '-Xlog:cds=off']),
      '-cp',
      classpath,
      'kafka.Kafka',
      node.file,
    ]
    const child = spawn('java', args, { stdio: ['ignore', out, out] })
    fs.closeSync(out)
    node.process = child
    reaper.watch(child.pid)
    node.exited = new Promise((resolve) =>
      child.on('exit', (code, signal) => {
        if (node.process === child) node.process = null
        // What a killed one left may be a part.
        if (written !== undefined && signal === null && fs.existsSync(written)) fs.renameSync(written, archive)
        resolve(signal ?? code)
      }),
    )
  }
  const node = (id) =>
    nodes.get(Number(id)) ??
    (() => {
      throw new Error(`no broker ${id}`)
    })()
  const signal = (id, name) => {
    if (!node(id).process) throw new Error(`broker ${id} is not running`)
    node(id).process.kill(name)
  }

  /** Waits until every running broker sees `count` registered brokers; with topics named, until each has all its replicas in sync. */
  async function ready({
    count = [...nodes.values()].filter((n) => n.process).length,
    inSync = [],
    timeoutMs = readyMs,
  } = {}) {
    const end = Date.now() + timeoutMs
    let last
    while (Date.now() < end) {
      try {
        const seen = await Promise.all(
          [...nodes.values()].filter((n) => n.process).map((n) => metadata(direct[n.id - 1], inSync, 1000)),
        )
        if (
          seen.length > 0 &&
          seen.every(
            (s) =>
              s.brokers.length >= count &&
              s.topics.every((t) => t.error === 0 && t.partitions.every((p) => p.isr.length === p.replicas.length)),
          )
        )
          return
      } catch (error) {
        last = error
      }
      await sleep(100)
    }
    throw new Error(
      `cluster not ready after ${timeoutMs} ms: ${last?.message ?? 'brokers missing'}; see broker.log under ${data}`,
    )
  }

  const kafka = {
    version,
    data,
    clusterId,
    bootstrap: told,
    client,
    direct,
    pid: (id) => node(id).process?.pid,
    offsets: (topic) => offsets(direct[[...nodes.values()].findIndex((n) => n.process)], topic),
    metadata: (names) => metadata(direct[[...nodes.values()].findIndex((n) => n.process)], names),
    createTopic: (topic) => createTopic(direct[[...nodes.values()].findIndex((n) => n.process)], topic),
    ready,
    kill: async (id) => {
      signal(id, 'SIGKILL')
      await node(id).exited
    },
    stop: async (id) => {
      signal(id, 'SIGCONT')
      signal(id, 'SIGTERM')
      await node(id).exited
    },
    freeze: async (id) => signal(id, 'SIGSTOP'),
    thaw: async (id) => signal(id, 'SIGCONT'),
    start: async (id) => {
      if (!node(id).process) launch(node(id))
    },
    restart: async (id) => {
      if (node(id).process) await kafka.stop(id)
      launch(node(id))
    },
    status: () => Object.fromEntries([...nodes.values()].map((n) => [n.id, n.process?.pid ?? null])),
    async close() {
      if (closing) return
      closing = true
      // All at once: the last broker of a quorum cannot finish a controlled shutdown, so after the grace time SIGKILL follows.
      await Promise.all(
        [...nodes.values()]
          .filter((n) => n.process)
          .map(async (n) => {
            n.process.kill('SIGCONT')
            n.process.kill('SIGTERM')
            const timer = setTimeout(() => n.process?.kill('SIGKILL'), 10_000)
            await n.exited
            clearTimeout(timer)
          }),
      )
      process.off('exit', lastResort)
      reaper.end()
      if (isTemporary) fs.rmSync(data, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  // A test process that ends without close() must not leave brokers behind.
  const lastResort = () => {
    for (const n of nodes.values()) n.process?.kill('SIGKILL')
  }
  process.once('exit', lastResort)
  try {
    for (const n of nodes.values()) launch(n)
    await ready({ count: brokers })
    for (const topic of topics) await createTopic(direct[0], { replicas: Math.min(3, brokers), ...topic })
  } catch (error) {
    await kafka.close()
    throw error
  }
  kafka.startMs = Date.now() - startedAt
  return kafka
}

/** name:partitions:replicas:key=value,key=value - all but the name optional. */
function parseTopic(text) {
  const [name, partitions = '1', replicas = '1', config = ''] = text.split(':')
  return {
    name,
    partitions: Number(partitions),
    replicas: Number(replicas),
    config: Object.fromEntries(
      config
        .split(',')
        .filter(Boolean)
        .map((kv) => [kv.slice(0, kv.indexOf('=')), kv.slice(kv.indexOf('=') + 1)]),
    ),
  }
}

async function main([command, ...args]) {
  if (command === 'fetch') return console.log(JSON.stringify(fetchJars()))
  if (command === 'tool') {
    const done = await tool(args[0], args.slice(1), { stdio: 'inherit', log: 'WARN' })
    process.exit(done.code)
  }
  const option = { topic: [], set: [] }
  const words = []
  for (let i = 0; i < args.length; i++) {
    if (!args[i].startsWith('--')) {
      words.push(args[i])
      continue
    }
    const name = args[i].slice(2)
    const value = args[++i]
    if (Array.isArray(option[name])) option[name].push(value)
    else option[name] = value
  }
  if (
    ['kill', 'stop', 'freeze', 'thaw', 'restart', 'status', 'shutdown'].includes(command) ||
    (command === 'start' && words.length > 0)
  ) {
    const answer = await fetch(`http://127.0.0.1:${option.control ?? 19990}/${command}/${words[0] ?? ''}`, {
      method: 'POST',
    })
    console.log(await answer.text())
    process.exit(answer.ok ? 0 : 1)
  }
  if (command !== 'start') {
    console.error('usage: kafka.mjs start|kill|stop|freeze|thaw|restart|status|shutdown|tool|fetch (see README.md)')
    process.exit(2)
  }
  const kafka = await startKafka({
    brokers: Number(option.brokers ?? 1),
    port: Number(option.port ?? 19092),
    data: option.data,
    advertised: option.advertised?.split(',') ?? [],
    topics: option.topic.map(parseTopic),
    settings: Object.fromEntries(option.set.map((kv) => [kv.slice(0, kv.indexOf('=')), kv.slice(kv.indexOf('=') + 1)])),
    ...(option.heap ? { heap: option.heap } : {}),
    ...(option.jvm ? { jvm: option.jvm.split(' ') } : {}),
  })
  const leave = async () => {
    await kafka.close()
    process.exit(0)
  }
  process.on('SIGTERM', leave).on('SIGINT', leave)
  const control = http.createServer(async (req, res) => {
    const [, verb, id] = req.url.split('/')
    try {
      if (verb === 'shutdown') {
        res.end('{"ok":true}\n')
        return void leave()
      }
      if (verb !== 'status') await kafka[verb](id)
      res.end(`${JSON.stringify({ ok: true, pids: kafka.status() })}\n`)
    } catch (error) {
      res.writeHead(400).end(`${JSON.stringify({ ok: false, error: error.message })}\n`)
    }
  })
  control.listen(Number(option.control ?? 19990), '127.0.0.1', () => {
    const { version, data, bootstrap, direct, startMs } = kafka
    console.log(
      JSON.stringify({
        ready: true,
        version,
        data,
        bootstrap,
        direct,
        control: control.address().port,
        pids: kafka.status(),
        startMs,
      }),
    )
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
}
