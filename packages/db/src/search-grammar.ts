import { isErrorCode } from '@eventmesh/envelope'

/**
 * The search grammar of the event list: one line of text, AND between terms, comma for OR, `-` to negate.
 *
 *   query = term { space term }          term = [ "-" ] ( field ":" value | bare ) | "payload." path ":" ( word | quoted )
 *   value = item { "," item }            item = word | quoted | glob | cmp number [unit] | number ".." number
 *   glob  = word with a trailing "*"     cmp  = ">" | ">=" | "<" | "<="        unit = ms | s | B | kB | MB
 *   path  = name { "." name | "[]" }     quoted = '"' text '"', where \" and \\ stand for a quote and a backslash
 */
export const searchFields = [
  'event',
  'request',
  'idem',
  'trace',
  'type',
  'source',
  'key',
  'outcome',
  'reason',
  'status',
  'mode',
  'ip',
  'size',
  'latency',
  'is',
] as const

export type SearchField = (typeof searchFields)[number]

export type Comparison = '>' | '>=' | '<' | '<='

/** Numbers are in the field's own unit: bytes for `size`, milliseconds for `latency`. */
export type SearchValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'compare'; readonly comparison: Comparison; readonly number: number }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }

/** One step into a payload: a member's name, or any element of an array. */
export type PathStep = { readonly member: string } | 'each'

export type SearchTerm =
  | {
      readonly kind: 'field'
      readonly isNegated: boolean
      readonly field: SearchField
      readonly values: readonly SearchValue[]
    }
  | {
      readonly kind: 'payload'
      readonly path: readonly PathStep[]
      readonly text: string
      /** A quoted value is a string only; a bare word also means the number, boolean or null of that spelling. */
      readonly isQuoted: boolean
    }
  | { readonly kind: 'bare'; readonly isNegated: boolean; readonly text: string }

/** `position` and `length` count UTF-16 units of the query, for underlining; `expected` names the form. */
export type SearchFault = {
  readonly position: number
  readonly length: number
  readonly text: string
  readonly expected: string
}

export type ParsedSearch =
  | { readonly ok: true; readonly terms: readonly SearchTerm[] }
  | { readonly ok: false; readonly faults: readonly SearchFault[] }

const queryLengthMax = 2_000
const termsMax = 50

export function parseSearch(query: string): ParsedSearch {
  if (query.length > queryLengthMax) {
    return refuse([fault(queryLengthMax, query.length, query, `at most ${queryLengthMax} characters`)])
  }
  // Postgres text holds neither, so no row could match.
  const unstorable = query.isWellFormed() ? query.indexOf('\u0000') : 0
  if (unstorable !== -1) return refuse([fault(unstorable, 1, '', 'text without U+0000 and lone surrogates')])

  const terms: SearchTerm[] = []
  const faults: SearchFault[] = []
  for (const token of tokens(query)) {
    const term = token.unclosed ? expect(token, 'a closing quote') : parseTerm(token)
    if ('expected' in term) faults.push(term)
    else terms.push(term)
  }
  if (faults.length === 0 && terms.length > termsMax) {
    faults.push(fault(0, query.length, query, `at most ${termsMax} terms`))
  }
  return faults.length === 0 ? { ok: true, terms } : refuse(faults)
}

function refuse(faults: readonly SearchFault[]): ParsedSearch {
  return { ok: false, faults }
}

/** A run of text between spaces that stand outside quotes. */
type Token = { readonly start: number; readonly text: string; readonly unclosed: boolean }

function* tokens(query: string): Generator<Token> {
  let at = 0
  while (at < query.length) {
    if (isSpace(query[at])) {
      at++
      continue
    }
    const start = at
    let isQuoted = false
    while (at < query.length && (isQuoted || !isSpace(query[at]))) {
      if (isQuoted && query[at] === '\\') at++
      else if (query[at] === '"') isQuoted = !isQuoted
      at++
    }
    at = Math.min(at, query.length)
    yield { start, text: query.slice(start, at), unclosed: isQuoted }
  }
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/u.test(character)
}

function parseTerm(token: Token): SearchTerm | SearchFault {
  const isNegated = token.text.startsWith('-')
  const body = isNegated ? part(token, 1) : token
  if (body.text === '') return expect(token, 'a field or a word after "-"')

  const colon = colonOutsideQuotes(body.text)
  if (colon === -1) return parseBare(body, isNegated)

  const name = body.text.slice(0, colon)
  const value = part(body, colon + 1)
  if (name.startsWith('payload.')) {
    if (isNegated) return expect(token, 'a payload term without "-"; payload terms are equality only')
    return parsePayload(body, part(body, 8, colon), value)
  }
  const field = searchFields.find((each) => each === name)
  if (field === undefined) {
    return expect(
      part(body, 0, colon),
      `one of ${searchFields.join(', ')}, payload.<path>, or the whole word in quotes`,
    )
  }
  return parseField(field, value, isNegated)
}

function colonOutsideQuotes(text: string): number {
  const quote = text.indexOf('"')
  const colon = text.indexOf(':')
  return quote !== -1 && quote < colon ? -1 : colon
}

function parseBare(token: Token, isNegated: boolean): SearchTerm | SearchFault {
  const word = parseWord(token)
  if (word === undefined || word.text === '') return expect(token, 'a word, or text in quotes')
  return { kind: 'bare', isNegated, text: word.text }
}

function parseField(field: SearchField, token: Token, isNegated: boolean): SearchTerm | SearchFault {
  const values: SearchValue[] = []
  for (const item of items(token)) {
    const value = readers[field](item)
    if (value === undefined) return expect(item.text === '' ? token : item, expectedForms[field])
    values.push(value)
  }
  return { kind: 'field', isNegated, field, values }
}

/** Splits at commas outside quotes. */
function* items(token: Token): Generator<Token> {
  let from = 0
  let isQuoted = false
  for (let at = 0; at < token.text.length; at++) {
    if (isQuoted && token.text[at] === '\\') at++
    else if (token.text[at] === '"') isQuoted = !isQuoted
    else if (token.text[at] === ',' && !isQuoted) {
      yield part(token, from, at)
      from = at + 1
    }
  }
  yield part(token, from)
}

const expectedForms: Readonly<Record<SearchField, string>> = {
  event: 'an event id (a UUID)',
  request: 'a request id (a UUID), optionally with .item',
  idem: 'an idempotency key',
  trace: 'a trace id (32 hex digits)',
  type: 'an event type, or its beginning with a trailing *',
  source: 'a source’s name or id, or native',
  key: 'an API key’s name or id',
  outcome: 'accepted, duplicate, rejected, quarantined or copy',
  reason: 'a reason code such as schema_invalid',
  status: 'an HTTP status such as 422, >=400 or 400..499',
  mode: 'live or test',
  ip: 'an address',
  size: 'a size such as 512, >10kB or 1000..2000 (B, kB, MB)',
  latency: 'a duration such as >50ms, <1s or 10..100 (ms, s)',
  is: 'late',
}

const outcomes = ['accepted', 'duplicate', 'rejected', 'quarantined', 'copy']
const sizeUnits = { B: 1, kB: 1_000, MB: 1_000_000 }
const latencyUnits = { ms: 1, s: 1_000 }

const readers: Readonly<Record<SearchField, (item: Token) => SearchValue | undefined>> = {
  event: (item) => textWhere(item, isUuid),
  request: (item) => textWhere(item, (text) => splitItem(text) !== undefined),
  idem: (item) => textWhere(item, () => true),
  trace: (item) => textWhere(item, (text) => /^[0-9a-f]{32}$/i.test(text)),
  type: (item) => textOrPrefix(item),
  source: (item) => textWhere(item, () => true),
  key: (item) => textWhere(item, () => true),
  outcome: (item) => textWhere(item, (text) => outcomes.includes(text)),
  reason: (item) => textWhere(item, isErrorCode),
  status: (item) => numeric(item, {}),
  mode: (item) => textWhere(item, (text) => text === 'live' || text === 'test'),
  ip: (item) => textWhere(item, (text) => /^[0-9a-f.:]+$/i.test(text)),
  size: (item) => numeric(item, sizeUnits),
  latency: (item) => numeric(item, latencyUnits),
  is: (item) => textWhere(item, (text) => text === 'late'),
}

function textWhere(item: Token, accepts: (text: string) => boolean): SearchValue | undefined {
  const word = parseWord(item)
  if (word === undefined || word.text === '') return undefined
  return accepts(word.text) ? { kind: 'text', text: word.text } : undefined
}

function textOrPrefix(item: Token): SearchValue | undefined {
  const word = parseWord(item)
  if (word === undefined || word.text === '') return undefined
  if (word.isQuoted || !word.text.includes('*')) return { kind: 'text', text: word.text }
  const prefix = word.text.slice(0, -1)
  return word.text.endsWith('*') && prefix !== '' && !prefix.includes('*')
    ? { kind: 'prefix', text: prefix }
    : undefined
}

function numeric(item: Token, units: Readonly<Record<string, number>>): SearchValue | undefined {
  const range = /^(.+?)\.\.(.+)$/.exec(item.text)
  if (range !== null) {
    const from = quantity(range[1] ?? '', units)
    const to = quantity(range[2] ?? '', units)
    return from === undefined || to === undefined || from > to ? undefined : { kind: 'range', from, to }
  }
  const comparison = /^(>=|<=|>|<)?(.*)$/s.exec(item.text)
  const number = quantity(comparison?.[2] ?? '', units)
  if (number === undefined) return undefined
  const sign = comparison?.[1] as Comparison | undefined
  return sign === undefined ? { kind: 'number', number } : { kind: 'compare', comparison: sign, number }
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([A-Za-z]*)$/.exec(text)
  if (match === null) return undefined
  const unit = match[2] === '' ? 1 : Object.hasOwn(units, match[2] ?? '') ? units[match[2] ?? ''] : undefined
  return unit === undefined ? undefined : Number(match[1]) * unit
}

function parsePayload(whole: Token, path: Token, value: Token): SearchTerm | SearchFault {
  const steps = parsePath(path.text)
  if (steps === undefined) return expect(path.text === '' ? whole : path, 'a path such as order_id or items[].sku')
  const word = parseWord(value)
  const isPlain = word?.isQuoted || !/[,*]|^[<>]|^[\d.]+\.\.[\d.]+$/.test(value.text)
  if (word === undefined || value.text === '' || !isPlain) {
    return expect(value.text === '' ? whole : value, 'one word, or text in quotes; payload terms are equality only')
  }
  return { kind: 'payload', path: steps, text: word.text, isQuoted: word.isQuoted }
}

function parsePath(text: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = []
  for (const piece of text.split('.')) {
    const match = /^([^[\]"]+)((?:\[\])*)$/.exec(piece)
    if (match === null) return undefined
    steps.push({ member: match[1] ?? '' })
    for (let n = 0; n < (match[2]?.length ?? 0); n += 2) steps.push('each')
  }
  return steps
}

/** A word without quotes, or one quoted text; anything between is undefined. */
function parseWord(token: Token): { readonly text: string; readonly isQuoted: boolean } | undefined {
  if (!token.text.includes('"')) return { text: token.text, isQuoted: false }
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(token.text)) return undefined
  return { text: token.text.slice(1, -1).replace(/\\(.)/gs, '$1'), isQuoted: true }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}

/** `<uuid>` or `<uuid>.<item>` → its parts, lower case; undefined when it is neither. */
export function splitItem(text: string): { readonly id: string; readonly item: number | undefined } | undefined {
  const match = /^([0-9a-f-]{36})(?:\.(\d{1,6}))?$/i.exec(text)
  if (match === null || !isUuid(match[1] ?? '')) return undefined
  return { id: (match[1] ?? '').toLowerCase(), item: match[2] === undefined ? undefined : Number(match[2]) }
}

function part(token: Token, from: number, to = token.text.length): Token {
  return { start: token.start + from, text: token.text.slice(from, to), unclosed: false }
}

function expect(token: Token, expected: string): SearchFault {
  return fault(token.start, token.text.length, token.text, expected)
}

function fault(position: number, length: number, text: string, expected: string): SearchFault {
  return { position, length, text: text.length > 80 ? `${text.slice(0, 80)}…` : text, expected }
}
