import {
  type Database,
  masterKeys,
  type NamedSource,
  type Source,
  type SourceSecret,
  sourceSecrets,
  sources,
  sourceUrl,
  tenants,
} from '@eventmesh/db'
import { isUuid, type SecretId, type SourceId } from '@eventmesh/envelope'
import { checkOptions, type Provider, providers, type SourceOptions } from '@eventmesh/providers'
import { answered } from './answered.ts'
import { type Answer, type Command, type Context, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { ingestUrl } from './ingest-url.ts'
import { publishMasterKey, readMasterKeys } from './master-key.ts'
import { oneOf, optional, repeated, required, tenantOption, text, withDefault } from './option.ts'
import { checkSecrets, readSecrets, secretOptions } from './secret-input.ts'
import { fields, table } from './table.ts'
import { findTenant } from './tenant.ts'
import { CommandError, UsageError } from './usage.ts'

export const sourceCommands: readonly Command[] = [
  command({
    name: 'source create',
    summary: "Creates a source of a provider's webhooks and shows its address: the only time.",
    options: {
      tenant: tenantOption,
      name: required('<name>', 'as people see it and search for it', text),
      provider: required('<id>', 'whose webhooks', providerOf),
      mode: withDefault('live|test', 'live and test events never meet (default live)', oneOf('live', 'test'), 'live'),
      ...secretOptions,
      option: repeated('<name>=<value>', 'an option of the provider, or one that all take (public_url, …)', assignment),
    },
    notes: `Several secrets are several active ones, any of which may match. Without its secret a source refuses everything.\nProviders: ${providers
      .list()
      .map(({ id }) => id)
      .join(' ')}`,
    async run(call) {
      const { tenant, name, provider, mode, option } = call.options
      const options = optionsOf(provider, option)
      const secrets = (await readSecrets(call.options, call)) ?? []
      checkSecrets(provider, options, secrets, call.note)
      const url = ingestUrl(call.environment)
      return await withDatabase(call.environment, async (db) => {
        const { id: tenantId } = await findTenant(db, tenant)
        if (secrets.length > 0) await ensureMasterKey(db, call)
        const created = answered(
          await sources.create(db, { tenantId, name, provider: provider.id, mode, options, secrets: [...secrets] }),
        )
        noteMissingSecret(provider, created.source, call)
        return fresh(created.source, sourceUrl(url, created.token))
      })
    },
  }),
  command({
    name: 'source list',
    summary: "Lists a tenant's sources, or every tenant's, by name.",
    options: { tenant: optional('<tenant>', "the tenant's slug or id (default: all)", text) },
    notes: 'Addresses are not shown: only their hash is kept. For a new one: source rotate-url',
    run: ({ environment, options: { tenant } }) =>
      withDatabase(environment, async (db) => {
        const wanted = tenant === undefined ? await tenants.list(db) : [await findTenant(db, tenant)]
        const found: ListedSource[] = []
        for (const { id, slug } of wanted) {
          for (const source of await sources.list(db, id)) found.push({ source, tenant: slug })
        }
        return listed(found)
      }),
  }),
  command({
    name: 'source rotate-url',
    summary: 'Gives a source a new address and shows it: the only time; the old one goes on working for 24 h.',
    operands: { id: '<id>' },
    run: ({ environment, operands: { id } }) => {
      const url = ingestUrl(environment)
      return onSource(environment, id, async (db, source) => {
        const rotated = answered(await sources.rotateUrl(db, source))
        return fresh(rotated.source, sourceUrl(url, rotated.token))
      })
    },
  }),
  command({
    name: 'source pause',
    summary: 'Answers deliveries with 503 and Retry-After until the source is resumed.',
    operands: { id: '<id>' },
    notes: 'A provider that does not retry (GitHub is one) does not send again what it sent meanwhile.',
    run: ({ environment, operands: { id } }) =>
      onSource(environment, id, async (db, source) => one(answered(await sources.pause(db, source)).source)),
  }),
  command({
    name: 'source resume',
    summary: "Takes a paused source's deliveries again.",
    operands: { id: '<id>' },
    run: ({ environment, operands: { id } }) =>
      onSource(environment, id, async (db, source) => one(answered(await sources.resume(db, source)).source)),
  }),
  command({
    name: 'source delete',
    summary: 'Ends a source for good: deliveries are answered 410, its events stay.',
    operands: { id: '<id>' },
    run: ({ environment, operands: { id } }) =>
      onSource(environment, id, async (db, source) => one(answered(await sources.markDeleted(db, source)).source)),
  }),
  command({
    name: 'source secret list',
    summary: "Lists a source's active secrets, which are never shown, the newest first.",
    operands: { id: '<source id>' },
    run: ({ environment, operands: { id } }) =>
      onSource(environment, id, async (db, source) => listedSecrets(await sourceSecrets.list(db, source))),
  }),
  command({
    name: 'source secret add',
    summary: 'Adds a secret beside those that are active; any of them may match.',
    operands: { id: '<source id>' },
    options: secretOptions,
    async run(call) {
      const secrets = await readSecrets(call.options, call)
      if (secrets === undefined) throw new UsageError('--secret-stdin or --secret-file is missing')
      return await onSource(call.environment, call.operands.id, async (db, place) => {
        const source = await sources.get(db, place)
        const provider = source && providers.get(source.provider)
        if (provider === undefined) throw new CommandError('the provider of this source is not known to this version')
        checkSecrets(provider, source?.options ?? {}, secrets, call.note)
        await ensureMasterKey(db, call)
        const added = answered(await sourceSecrets.add(db, { ...place, secrets }))
        const [only] = added.secrets
        return only !== undefined && added.secrets.length === 1 ? addedOne(only) : addedSeveral(added.secrets)
      })
    },
  }),
  command({
    name: 'source secret remove',
    summary: 'Ends a secret: what is signed with it is refused everywhere within 30 s.',
    operands: { id: '<secret id>' },
    run({ environment, operands: { id } }) {
      const secretId = idOf<SecretId>(id, 'a secret', 'source secret list')
      return withDatabase(environment, async (db) => {
        const place = await sourceSecrets.findPlace(db, secretId)
        if (place === undefined) throw new CommandError(`there is no secret ${id}; see: source secret list`)
        const { secret } = answered(await sourceSecrets.remove(db, { ...place, id: secretId }))
        const shown = { ...secretDocument(secret), removed_at: secret.removedAt?.toISOString() ?? null }
        return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(shown)) }
      })
    },
  }),
  command({
    name: 'source secret reseal',
    summary:
      'Changes the master key: seals the secrets of every source to EVENTMESH_SECRET_KEY instead of the one before.',
    notes:
      'Set EVENTMESH_SECRET_KEY (new) and EVENTMESH_SECRET_KEY_PREVIOUS, give both to ingest and engine first, and take the old one away afterwards. Safe to run again.',
    async run({ environment }) {
      const { current, previous } = await readMasterKeys(environment)
      if (current === undefined || previous === undefined) {
        throw new CommandError('EVENTMESH_SECRET_KEY and EVENTMESH_SECRET_KEY_PREVIOUS must both be set')
      }
      return await withDatabase(environment, async (db) => {
        const { resealed, unreadable } = answered(await sourceSecrets.reseal(db, { from: previous, to: current }))
        const shown = { key_id: current.keyId, resealed, unreadable }
        return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(shown)) }
      })
    },
  }),
]

function providerOf(id: string): Provider {
  const provider = providers.get(id)
  if (provider === undefined) throw new UsageError(`'${id}' is not a provider; see: source create --help`)
  return provider
}

function assignment(given: string): readonly [name: string, value: string] {
  const at = given.indexOf('=')
  if (at < 1) throw new UsageError(`'${given}' is not name=value`)
  return [given.slice(0, at), given.slice(at + 1)]
}

function optionsOf(provider: Provider, given: readonly (readonly [string, string])[]): SourceOptions {
  const names = given.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`--option: ${twice} is given twice`)
  const checked = checkOptions(provider, Object.fromEntries(given))
  if (!checked.ok) throw new UsageError(`--option: ${checked.problems.join('; ')}`)
  return checked.options
}

/** A database that was migrated without the key learns it now, if the operator has it. */
async function ensureMasterKey(db: Database, { environment, note }: Context): Promise<void> {
  if ((await masterKeys.current(db)) !== undefined) return
  const next = await publishMasterKey(db, await readMasterKeys(environment))
  if (next !== undefined) note(`eventmesh: ${next}`)
}

function noteMissingSecret(provider: Provider, source: Source, { note }: Context): void {
  if (source.activeSecrets > 0 || provider.secret.form === 'none') return
  if (provider.secret.isOptional === true) return
  note(
    `eventmesh: warning: the source refuses everything (401) until it has a secret: source secret add ${source.id} --secret-stdin`,
  )
}

function idOf<Id extends string>(given: string, what: string, see: string): Id {
  const id = given.toLowerCase()
  if (!isUuid(id)) throw new UsageError(`'${given}' is not the id of ${what}; see: ${see}`)
  return id as Id
}

/** The operator names a source by its id alone; whose it is stands in the database. */
export function onSource(
  environment: Context['environment'],
  given: string,
  use: (db: Database, source: NamedSource) => Promise<Answer>,
): Promise<Answer> {
  const id = idOf<SourceId>(given, 'a source', 'source list')
  return withDatabase(environment, async (db) => {
    const tenantId = await sources.findTenant(db, id)
    const source = tenantId && (await sources.get(db, { tenantId, id }))
    if (!source || source.deletedAt !== null) throw new CommandError(`there is no source ${given}; see: source list`)
    return await use(db, { tenantId: source.tenantId, id })
  })
}

/** With the whole address: shown now and never again. */
function fresh({ id, name, provider, mode }: Source, url: string): Answer {
  const shown = { id, name, provider, mode, url }
  return {
    json: () => JSON.stringify(shown),
    human: () =>
      `${fields(Object.entries(shown))}\nThe url is shown this once. ${providers.get(provider)?.setup.join(' ') ?? ''}\n`,
  }
}

type ListedSource = { readonly source: Source; readonly tenant: string }

function listed(found: readonly ListedSource[]): Answer {
  return {
    json: () => JSON.stringify(found.map(({ source, tenant }) => ({ ...document(source), tenant }))),
    human: () =>
      table(
        ['id', 'tenant', 'name', 'provider', 'mode', 'status', 'secrets', 'last received'],
        found.map(({ source, tenant }) => [
          source.id,
          tenant,
          source.name,
          source.provider,
          source.mode,
          source.status,
          source.activeSecrets,
          source.lastReceivedAt?.toISOString(),
        ]),
      ),
  }
}

function one(source: Source): Answer {
  const shown = document(source)
  const options = Object.entries(shown.options).map(([name, value]) => `${name}=${value}`)
  return {
    json: () => JSON.stringify(shown),
    human: () => fields(Object.entries({ ...shown, options: options.join(' ') })),
  }
}

function document(source: Source) {
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: source.id,
    name: source.name,
    provider: source.provider,
    mode: source.mode,
    status: source.status,
    options: shownOptions(source.options),
    secrets: source.activeSecrets,
    created_at: time(source.createdAt),
    last_received_at: time(source.lastReceivedAt),
    paused_at: time(source.pausedAt),
    deleted_at: time(source.deletedAt),
    previous_url_ends_at: time(source.previousUrlEndsAt),
  }
}

/** Meta's verify_token is an option, and a secret all the same. */
function shownOptions(options: SourceOptions): SourceOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, /token|secret/.test(name) ? '•••' : value]),
  )
}

function listedSecrets(secrets: readonly SourceSecret[]): Answer {
  const shown = secrets.map((secret) => ({
    ...secretDocument(secret),
    fingerprint: secret.fingerprint,
    origin: secret.origin,
    last_matched_at: secret.lastMatchedAt?.toISOString() ?? null,
  }))
  return {
    json: () => JSON.stringify(shown),
    human: () =>
      table(
        ['id', 'fingerprint', 'origin', 'created', 'last matched'],
        shown.map((each) => [each.id, each.fingerprint, each.origin, each.created_at, each.last_matched_at]),
      ),
  }
}

function addedOne(secret: SourceSecret): Answer {
  const shown = secretDocument(secret)
  return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(shown)) }
}

function addedSeveral(secrets: readonly SourceSecret[]): Answer {
  const shown = secrets.map(secretDocument)
  return {
    json: () => JSON.stringify(shown),
    human: () =>
      table(
        ['id', 'source', 'created'],
        shown.map((each) => [each.id, each.source_id, each.created_at]),
      ),
  }
}

function secretDocument({ id, sourceId, createdAt }: SourceSecret) {
  return { id, source_id: sourceId, created_at: createdAt.toISOString() }
}
