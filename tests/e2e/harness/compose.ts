import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { environment } from './mesh.ts'

const root = new URL('../../..', import.meta.url).pathname

export type Condition = 'service_completed_successfully' | 'service_healthy'

export type Service = {
  readonly image: string
  readonly build?: { readonly context: string }
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly profiles?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly stop_grace_period?: string
}

/** The services of `docker-compose.yml` with merges done and `${NAME:-default}` at its default, as without a `.env`. */
export function readCompose(): Readonly<Record<string, Service>> {
  const text = readFileSync(`${root}docker-compose.yml`, 'utf8')
  const document = parse(
    text.replace(/\$\{\w+:-([^}]*)\}/g, (_, standard: string) => standard),
    { merge: true },
  )
  return document.services
}

/** Names in an order in which each stands behind what it depends on; throws on a circle or an unknown name. */
export function startOrder(services: Readonly<Record<string, Service>>): readonly string[] {
  const order: string[] = []
  const visit = (name: string, above: readonly string[]): void => {
    if (order.includes(name)) return
    if (above.includes(name)) throw new Error(`${[...above, name].join(' → ')} is a circle`)
    for (const needed of Object.keys(services[name]?.depends_on ?? {})) {
      if (services[needed] === undefined) throw new Error(`${name} depends on ${needed}, which there is not`)
      visit(needed, [...above, name])
    }
    order.push(name)
  }
  for (const name of Object.keys(services)) visit(name, [])
  return order
}

/** What the image adds to every process: the `ENV` of the Dockerfile's last stage. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const stage =
    readFileSync(`${root}Dockerfile`, 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? ''
  const pairs = [...stage.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '))
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

export type Run = {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  stdout(): string
  /** With what went to stderr. */
  output(): string
}

/** One command as its container would run it: these variables and no others, in the image's directory, not as root. */
export function runAs(
  uid: number | undefined,
  cwd: string,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): Run {
  const [name = '', ...args] = command
  const child = spawn(name === 'node' ? process.execPath : name, args, {
    cwd,
    env: { PATH: environment().PATH, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let stdout = ''
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    text += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code))
    child.once('error', (error) => {
      text += error.message
      resolve(null)
    })
  })
  return { child, exited, stdout: () => stdout, output: () => text }
}
