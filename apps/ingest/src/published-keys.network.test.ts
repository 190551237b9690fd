import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createProxy, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const host = 'sns.eu-west-1.amazonaws.com'
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/**
 * The fetch itself: Node's own, its own trust, a name that resolves nowhere here. The way to the test's server leads
 * through a CONNECT proxy, as in many networks, so that address, TLS name and port are the real ones.
 */
describe.skipIf(!hasOpenssl)('a certificate over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eventmesh-published-'))
  const files = (name: string) => ({ key: join(folder, `${name}.key`), cert: join(folder, `${name}.pem`) })
  let served: TlsServer
  let proxy: Server
  let answer = ''
  const asked: string[] = []
  const tunnels: string[] = []

  beforeAll(async () => {
    makeCertificate('own', host)
    makeCertificate('foreign', 'sns.example.com')
    served = await serveTls('own')
    proxy = createProxy().on('connect', (request, socket, head) => {
      tunnels.push(request.url ?? '')
      const upstream = connect((served.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        if (head.length > 0) upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
      })
      for (const end of [socket, upstream]) end.on('error', () => upstream.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    served.close()
    proxy.close()
    rmSync(folder, { recursive: true })
  })

  it('is had from the pinned host, by its name, on port 443', async () => {
    answer = respond('200 OK', readFileSync(files('own').cert, 'utf8'))
    expect(await fetched(files('own').cert)).toBe(readFileSync(files('own').cert, 'utf8'))
    expect(tunnels).toEqual([`${host}:443`])
    expect(asked[0]).toMatch(
      /^GET \/SimpleNotificationService-1\.pem HTTP\/1\.1\r\nhost: sns\.eu-west-1\.amazonaws\.com\r\n/i,
    )
  })

  it('is none where nobody trusted signed for the host', async () => {
    answer = respond('200 OK', 'a certificate of somebody')
    const before = asked.length
    expect(await fetched(files('foreign').cert)).toBe('undefined')
    expect(asked).toHaveLength(before)
  })

  it('is none where a trusted one is of another name', async () => {
    served.close()
    served = await serveTls('foreign')
    const before = asked.length
    expect(await fetched(files('foreign').cert)).toBe('undefined')
    expect(asked).toHaveLength(before)
    served.close()
    served = await serveTls('own')
  })

  it('is none behind a redirect, of which nothing is followed', async () => {
    answer = respond('302 Found', '', `location: https://${host}/elsewhere.pem\r\n`)
    const before = asked.length
    expect(await fetched(files('own').cert)).toBe('undefined')
    expect(asked).toHaveLength(before + 1)
  })

  it('is none where the host takes the request and stays silent', async () => {
    answer = ''
    const startedAt = performance.now()
    expect(await fetched(files('own').cert)).toBe('undefined')
    expect(performance.now() - startedAt).toBeGreaterThan(2_400)
  })

  function makeCertificate(name: string, subject: string): void {
    const { key, cert } = files(name)
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert],
      ...['-subj', `/CN=${subject}`, '-addext', `subjectAltName=DNS:${subject}`],
    ])
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr.toString().slice(0, 300)}`)
  }

  async function serveTls(name: string): Promise<TlsServer> {
    const { key, cert } = files(name)
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', (bytes) => {
        asked.push(bytes.toString('latin1'))
        if (answer !== '') socket.end(answer)
      })
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server
  }

  /** What a process of its own gets that trusts this certificate besides the well-known ones. */
  function fetched(trusted: string): Promise<string> {
    const code = `
      import { openPublishedKeys } from ${JSON.stringify(new URL('./published-keys.ts', import.meta.url).href)}
      const url = 'https://${host}/SimpleNotificationService-1.pem'
      process.stdout.write(String(await openPublishedKeys().get({ kind: 'certificate', url })))`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      env: {
        NODE_EXTRA_CA_CERTS: trusted,
        NODE_USE_ENV_PROXY: '1',
        HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (bytes) => {
      text += bytes
    })
    return new Promise((resolve) => child.once('close', () => resolve(text)))
  }
})

function respond(status: string, body: string, more = ''): string {
  return `HTTP/1.1 ${status}\r\n${more}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
