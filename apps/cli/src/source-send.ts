import { readFile } from 'node:fs/promises'
import { type Database, type NamedSource, type SourceRecord, sources, tokenHash } from '@eventmesh/db'
import { newUuid } from '@eventmesh/envelope'
import { type Provider, providers, type SignDelivery, type SignedDelivery, sign } from '@eventmesh/providers'
import { type Answer, type Command, type Context, command } from './command.ts'
import { readMasterKeys } from './master-key.ts'
import { optional, required, text } from './option.ts'
import { onSource } from './source.ts'
import { fields } from './table.ts'
import { CommandError, UsageError } from './usage.ts'

const deadlineMs = 30_000

export const sourceSendCommand: Command = command({
  name: 'source send',
  summary:
    "Sends a source a delivery as its provider would, signed with the source's own secret, and shows the answer.",
  operands: { id: '<id>' },
  options: {
    url: required('<url>', "the source's address; only its hash is kept, so it must be given", text),
    type: optional('<type>', "the provider's own event type, instead of the sample's", text),
    'body-file': optional('<file>', "file with the body, instead of the provider's sample", text),
    'delivery-id': optional(
      '<id>',
      "the provider's id of the delivery (default: a new one); with the same body again it is a retry",
      text,
    ),
  },
  notes:
    'Needs EVENTMESH_SECRET_KEY, as ingest does. Where only the provider holds the signing key (PayPal, SNS, …) it cannot be done: use the test of the provider, and source test.',
  run: ({ environment, operands, options }) =>
    onSource(environment, operands.id, async (db, source) => {
      const record = await recordOf(db, source, options.url)
      const provider = providers.get(record.provider)
      if (provider === undefined) throw new CommandError('the provider of this source is not known to this version')
      const deliveryId = options['delivery-id'] ?? newUuid()
      const delivery: SignDelivery = {
        provider: provider.id,
        options: record.options,
        secret: await secretOf(record, environment),
        url: options.url,
        nowMs: Date.now(),
        deliveryId,
        ...(options['body-file'] === undefined ? {} : { body: await readBody(options['body-file']) }),
      }
      const signed = signedDelivery(delivery)
      return await post(
        options.url,
        options.type === undefined ? signed : ofType(options.type, provider, delivery, signed),
        deliveryId,
      )
    }),
})

async function recordOf(db: Database, source: NamedSource, url: string): Promise<SourceRecord> {
  const token = URL.canParse(url) ? /^\/hooks\/([^/]+)$/.exec(new URL(url).pathname)?.[1] : undefined
  if (token === undefined) throw new UsageError(`--url: this is not the address of a source (…/hooks/<token>)`)
  const record = await sources.byTokenHash(db, tokenHash(token))
  if (record?.sourceId !== source.id) {
    throw new CommandError('--url is not an address of this source; for a new one: source rotate-url')
  }
  return record
}

/** The one that handshakes are answered with too; of a source without any, empty. */
async function secretOf(record: SourceRecord, environment: Context['environment']): Promise<string> {
  if (record.secrets.length === 0) return ''
  const { current, previous } = await readMasterKeys(environment)
  const keys = [current, previous].filter((key) => key !== undefined)
  const [secret] = sources.openSecrets(keys, record).secrets
  if (secret === undefined) {
    throw new CommandError("EVENTMESH_SECRET_KEY: it does not open this source's secrets; set the key that ingest has")
  }
  return secret.value
}

async function readBody(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UsageError(`--body-file: ${file} cannot be read (${code})`)
  }
}

type Signed = Extract<SignedDelivery, { readonly ok: true }>

function signedDelivery(delivery: SignDelivery): Signed {
  const signed = sign(delivery)
  if (!signed.ok) throw new CommandError(signed.detail)
  return signed
}

/** The same delivery with another type where its provider's record says that the type stands, signed anew. */
function ofType(type: string, provider: Provider, delivery: SignDelivery, { body }: Signed): Signed {
  const places = provider.type.find((joined) => joined.length > 0) ?? []
  const parts = type.split('.')
  const headers: [string, string][] = []
  let changed: unknown
  for (const [index, place] of places.entries()) {
    const part = index === places.length - 1 ? parts.slice(index).join('.') : parts[index]
    if (part === undefined || part === '') continue
    const [kind, name = ''] = place.split('|')[0]!.split(/:(.*)/s)
    if (kind === 'header') headers.push([name, part])
    else if (kind === 'body' && provider.scheme.coversBody)
      changed = withMember(changed ?? parsed(body), name.split('.'), part)
    else throw new UsageError(`--type: cannot be set for ${provider.name}; give the whole body by --body-file`)
  }
  if (places.length === 0) throw new UsageError(`--type: deliveries of ${provider.name} have no type of their own`)
  return signedDelivery({
    ...delivery,
    headers,
    body: changed === undefined ? body : Buffer.from(JSON.stringify(changed)),
  })
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    // A form or other text: there is no member to set.
    throw new UsageError('--type: the body is no JSON; give the whole body by --body-file')
  }
}

function withMember(value: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return text
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const inner: unknown = Object.entries(object).find(([each]) => each === name)?.[1]
  return { ...object, [name]: withMember(inner, rest, text) }
}

async function post(address: string, { method, url, headers, body }: Signed, deliveryId: string): Promise<Answer> {
  const query = /\?(.*)$/s.exec(url)?.[0] ?? ''
  let response: Response
  try {
    response = await fetch(address.replace(/\?.*$/s, '') + query, {
      method,
      headers: headers.map(([name, value]) => [name, value] as [string, string]),
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
  } catch {
    throw new CommandError(`nobody answers at ${new URL(address).origin}; does ingest run there?`)
  }
  const shown = {
    status: response.status,
    request_id: response.headers.get('x-request-id'),
    delivery_id: deliveryId,
    answer: await response.text(),
  }
  return {
    isGood: response.ok,
    json: () => JSON.stringify(shown),
    human: () => fields(Object.entries(shown)),
  }
}
