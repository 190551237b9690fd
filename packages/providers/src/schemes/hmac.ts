import { decode, type Encoding, equalBytes } from '../encoding.ts'
import type { Headers } from '../headers.ts'
import { viewJson } from '../json-view.ts'
import { digestFault, digestForm } from './digest-form.ts'
import { keyBytes, keyedHash, namedKey } from './key.ts'
import { digestBytes, type Hash, Mac } from './mac.ts'
import {
  type Bounds,
  type KeyDecoding,
  mismatch,
  missing,
  type Proof,
  type ProofInput,
  proven,
  type Scheme,
  type Secret,
  type SignedTime,
  type SignInput,
} from './scheme.ts'
import { outsideBounds, readSignedTime, type TimeUnit } from './time.ts'

export type HmacParameters = {
  /** The signature's header, lower case; of several names the first that is present. */
  readonly header: string | readonly string[]
  /** Instead: one header per key, `<prefix>1` … `<prefix>100`. */
  readonly numbered?: boolean
  readonly format?: HmacFormat
  readonly hash?: Hash
  readonly encoding?: Encoding
  readonly key?: KeyDecoding
  /** Parts in order: literal text, or {body} {url} {method} {ts} {header:name}. */
  readonly signed?: readonly string[]
  /** Header, or path in the (signed) body, of the timestamp; `kv` and `time-first` carry it themselves. */
  readonly time?: { readonly header?: string; readonly body?: string; readonly unit: TimeUnit }
  readonly bounds?: Bounds
  /** The header that names the key; secrets are `name:key` then. */
  readonly keyName?: string
  readonly summary?: string
}

export type HmacFormat =
  | { readonly type: 'plain'; readonly prefix?: string; readonly isPrefixOptional?: boolean }
  | { readonly type: 'kv'; readonly separator: string; readonly time: string; readonly signature: string }
  | { readonly type: 'list'; readonly separator: string; readonly prefix: string }
  | { readonly type: 'time-first'; readonly separator: string }

type SchemeKey = { readonly name: string; readonly mac: Mac }

/** More candidates than any rotation needs; the rest is not looked at. */
const candidatesMax = 32

/** The one data-driven HMAC: header, format, hash, encoding, key decoding, template and tolerance are the record's. */
export function hmac(parameters: HmacParameters): Scheme {
  const names = typeof parameters.header === 'string' ? [parameters.header] : parameters.header
  const format = parameters.format ?? { type: 'plain' }
  const hash = parameters.hash ?? 'sha256'
  const encoding = parameters.encoding ?? 'hex'
  const signed = parameters.signed ?? ['{body}']
  const decoding = parameters.key ?? 'utf8'
  const parts = signed.map((part) => ({ part, header: headerIn(part) }))
  const signedHeaders = parts.flatMap(({ header }) => header ?? [])
  const timeHeader = parameters.time?.header
  const extra = [timeHeader, parameters.keyName, ...signedHeaders].filter((name) => name !== undefined)
  const digestLength = digestBytes[hash]

  function found(headers: Headers): readonly string[] {
    if (parameters.numbered === true) return numberedHeaders(headers, names[0]!)
    const name = names.find((candidate) => headers.count(candidate) > 0)
    return name === undefined ? [] : [name]
  }

  function read(headers: Headers, name: string): { readonly time?: string; readonly signatures: readonly string[] } {
    return readFormat(headers.get(name) ?? '', format)
  }

  function verify(input: ProofInput): Proof {
    const { headers } = input.request
    const values: string[] = []
    let isEmpty = true
    for (const name of found(headers)) {
      // The others are counted for every scheme alike (`proveOnce`).
      if (parameters.numbered === true && headers.count(name) > 1) {
        return { ok: false, why: 'repeated', detail: `the header ${name} arrived twice` }
      }
      const value = headers.get(name) ?? ''
      if (value !== '') isEmpty = false
      values.push(value)
    }
    if (isEmpty) return missing(`no ${names.join(' or ')}${parameters.numbered === true ? '1' : ''} header`)
    for (const name of extra) if ((headers.get(name) ?? '') === '') return missing(`no ${name} header`)

    const readings = values.map((value) => readFormat(value, format))
    const signedAt = timeOf(input, readings[0]?.time)
    if (signedAt === undefined) return mismatch('the signed timestamp is missing or malformed')
    const candidates = decodeAll(readings)

    let matched: string | null = null
    for (const secret of input.secrets) {
      const expected = digest(input, secret, signedAt?.text ?? '')
      if (expected === undefined) continue
      for (const candidate of candidates) {
        // Every secret is tried in full: which one matched shows in no timing.
        if (equalBytes(candidate, expected) && matched === null) matched = secret.id
      }
    }
    if (matched === null) return mismatch('no secret of this source gives the signature')
    if (signedAt === null) return proven(matched)
    const isInHeader = parameters.time?.body === undefined
    return outsideBounds(input, signedAt, parameters.bounds) ?? proven(matched, isInHeader ? signedAt : null)
  }

  function decodeAll(readings: readonly { readonly signatures: readonly string[] }[]): readonly Buffer[] {
    const candidates: Buffer[] = []
    let seen = 0
    for (const { signatures } of readings) {
      for (const text of signatures) {
        seen += 1
        if (seen > candidatesMax) return candidates
        const bytes = decode(text, encoding)
        if (bytes !== undefined) candidates.push(bytes)
      }
    }
    return candidates
  }

  /** Null where nothing is signed but the rest; undefined where a time is due and unreadable. */
  function timeOf(input: ProofInput, inSignature: string | undefined): SignedTime | null | undefined {
    const unit = parameters.time?.unit ?? 's'
    if (format.type === 'kv' || format.type === 'time-first') return readSignedTime(inSignature ?? '', unit)
    if (timeHeader !== undefined) return readSignedTime(input.request.headers.get(timeHeader) ?? '', unit)
    if (parameters.time?.body === undefined) return null
    const view = viewJson(input.request.body)
    const text = view?.text(view.at(parameters.time.body))
    return text === undefined ? null : readSignedTime(text, unit)
  }

  /** Undefined where a secret's text is not of the form. */
  function readKey({ value }: Secret, as: KeyDecoding): SchemeKey | undefined {
    const named = parameters.keyName === undefined ? { name: '', key: value } : namedKey(value)
    const bytes = named === undefined ? undefined : keyBytes(named.key, as)
    return named === undefined || bytes === undefined ? undefined : { name: named.name, mac: new Mac(hash, bytes) }
  }

  /** Made once for as long as the source's secrets are kept. */
  const keys = new WeakMap<Secret, SchemeKey>()
  function keyOf(secret: Secret): SchemeKey | undefined {
    const known = keys.get(secret)
    if (known !== undefined) return known
    const made = readKey(secret, decoding)
    if (made !== undefined) keys.set(secret, made)
    return made
  }

  function digest(input: ProofInput, secret: Secret, time: string): Buffer | undefined {
    const key = input.decoding === undefined ? keyOf(secret) : readKey(secret, input.decoding)
    if (key === undefined) return undefined
    if (parameters.keyName !== undefined && input.request.headers.get(parameters.keyName) !== key.name) return undefined
    const { headers, method, url, body } = input.request
    const message = parts.map(({ part, header }) => {
      const value = header === undefined ? fill(part, method, url, body, time) : (headers.get(header) ?? '')
      return typeof value === 'string' ? Buffer.from(value) : value
    })
    return key.mac.over(message)
  }

  return {
    id: 'hmac',
    summary: parameters.summary ?? describe(hash, signed, encoding, names),
    headers: [...names, ...extra],
    required: [names[0]!],
    signsUrl: signed.includes('{url}'),
    coversBody: signed.includes('{body}'),
    ...(parameters.bounds === undefined ? {} : { bounds: parameters.bounds }),
    verify,

    malformed(headers) {
      const name = found(headers)[0]
      if (name === undefined) return undefined
      const { signatures } = read(headers, name)
      const before = shapeOf(format)
      if (signatures.length === 0) return `expected ${digestForm(digestLength, encoding, before)}`
      const faults = signatures.map((text) => digestFault(text, digestLength, encoding, before))
      return faults.includes(undefined) ? undefined : faults[0]
    },

    compare(input) {
      const name = found(input.request.headers)[0]
      const secret = input.secrets[0]
      if (name === undefined || secret === undefined) return undefined
      const reading = read(input.request.headers, name)
      const signedAt = timeOf(input, reading.time)
      const expected = digest(input, secret, signedAt?.text ?? '')?.toString(encoding)
      if (expected === undefined) return undefined
      return { received: reading.signatures[0] ?? '', expected, signed: signed.join(''), signedAt }
    },

    sign(input) {
      return signHmac(input, { ...parameters, format, hash, encoding, key: decoding, signed }, names[0]!)
    },
  }
}

function signHmac(
  input: SignInput,
  parameters: HmacParameters & Required<Pick<HmacParameters, 'format' | 'hash' | 'encoding' | 'key' | 'signed'>>,
  header: string,
): { readonly headers: readonly (readonly [string, string])[]; readonly body: Buffer } {
  const { format } = parameters
  const unit = parameters.time?.unit ?? 's'
  const time =
    unit === 'ms'
      ? String(input.nowMs)
      : unit === 'iso'
        ? new Date(input.nowMs).toISOString()
        : String(Math.floor(input.nowMs / 1000))
  const named = parameters.keyName === undefined ? { name: '', key: input.secret } : namedKey(input.secret)
  const key = named === undefined ? undefined : keyBytes(named.key, parameters.key)
  if (named === undefined || key === undefined) return { headers: [], body: input.body }

  const mac = keyedHash(parameters.hash, key)
  const headerValue = (name: string) => input.headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1] ?? ''
  for (const part of parameters.signed) {
    const name = headerIn(part)
    if (name !== undefined) mac.update(headerValue(name))
    else mac.update(fill(part, input.method, input.url, input.body, time))
  }
  const signature = mac.digest(parameters.encoding)
  const value =
    format.type === 'plain'
      ? `${format.prefix ?? ''}${signature}`
      : format.type === 'kv'
        ? `${format.time}=${time}${format.separator}${format.signature}=${signature}`
        : format.type === 'list'
          ? `${format.prefix}${signature}`
          : `${time}${format.separator}${signature}`
  const headers: [string, string][] = [[parameters.numbered === true ? `${header}1` : header, value]]
  if (parameters.time?.header !== undefined) headers.push([parameters.time.header, time])
  if (parameters.keyName !== undefined) headers.push([parameters.keyName, named.name])
  return { headers, body: input.body }
}

/** The header that a part stands for. */
function headerIn(part: string): string | undefined {
  return /^\{header:(.+)\}$/.exec(part)?.[1]
}

/** What the templates' other parts stand for; a literal stands for itself. */
function fill(part: string, method: string, url: string, body: Buffer, time: string): Buffer | string {
  switch (part) {
    case '{body}':
      return body
    case '{url}':
      return url
    case '{method}':
      return method
    case '{ts}':
      return time
    default:
      return part
  }
}

function readFormat(
  value: string,
  format: HmacFormat,
): { readonly time?: string; readonly signatures: readonly string[] } {
  switch (format.type) {
    case 'plain': {
      const prefix = format.prefix ?? ''
      if (value.startsWith(prefix)) return { signatures: [value.slice(prefix.length)] }
      return { signatures: format.isPrefixOptional === true ? [value] : [] }
    }
    case 'kv': {
      const pairs = value.split(format.separator).map(divide)
      const times = pairs.filter(([name]) => name === format.time)
      const signatures = pairs.filter(([name]) => name === format.signature).map(([, text]) => text)
      return times.length === 1 ? { time: times[0]![1], signatures } : { signatures: [] }
    }
    case 'list': {
      const parts = value.split(format.separator).map((part) => part.trim())
      return {
        signatures: parts
          .filter((part) => part.startsWith(format.prefix))
          .map((part) => part.slice(format.prefix.length)),
      }
    }
    case 'time-first': {
      const [time = '', ...signatures] = value.split(format.separator).map((part) => part.trim())
      return { time, signatures }
    }
  }
}

function divide(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
}

function numberedHeaders(headers: Headers, prefix: string): readonly string[] {
  return headers.names.filter((name) => name.startsWith(prefix) && /^(?:[1-9]\d?|100)$/.test(name.slice(prefix.length)))
}

function shapeOf(format: HmacFormat): string {
  switch (format.type) {
    case 'plain':
      return format.prefix ?? ''
    case 'kv':
      return `${format.time}=…${format.separator}${format.signature}=`
    case 'list':
      return format.prefix
    case 'time-first':
      return `a timestamp and '${format.separator}'`
  }
}

function describe(hash: Hash, signed: readonly string[], encoding: Encoding, names: readonly string[]): string {
  return `HMAC-${hash.toUpperCase().replace('SHA', 'SHA-')} of \`${signed.join('')}\` in ${encoding}, in \`${names[0]}\``
}
