/**
 * One pass over the bytes of a JSON document: the complete grammar of RFC 8259, nesting and member limits, and the
 * top-level members as slices. Nothing is parsed into values, so 64-bit numbers, key order, repeated members and
 * escapes survive, and a million levels cost no stack. UTF-8 is not judged here (`checkUtf8`).
 */

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null'

/** A top-level member; the value's slice is [start, end), without the white space around it. */
export type Member = {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly kind: JsonKind
}

export type JsonLimits = {
  /** Nested containers; the document itself is the first. */
  readonly depthMax: number
  /** Object members in all of the document. */
  readonly membersMax: number
}

/** The limits of one event. */
export const eventLimits: JsonLimits = { depthMax: 64, membersMax: 10_000 }

/** The largest `depthMax`: for a first look at a batch, whose items are then judged one by one. */
export const depthCeiling = 10_000

export type JsonFault = {
  readonly reason: 'syntax' | 'encoding' | 'depth' | 'members' | 'items'
  /** Lower case, free of the document's own text. */
  readonly detail: string
  /** Of the byte at which reading stopped. */
  readonly offset: number
  /** RFC 6901, to the innermost place that fits 256 characters. */
  readonly pointer: string
}

export type JsonDocument = {
  readonly ok: true
  readonly kind: JsonKind
  readonly start: number
  readonly end: number
  /** In order, repeats included; empty unless the document is an object. */
  readonly members: readonly Member[]
}

export type JsonRefusal = { readonly ok: false; readonly fault: JsonFault }

/** Scans a whole document; whatever follows it but white space is a fault. */
export function scanDocument(bytes: Buffer, limits: JsonLimits): JsonDocument | JsonRefusal {
  const scan = newScan(limits)
  const start = afterSpace(bytes, 0, bytes.length)
  const end = scanValue(bytes, start, bytes.length, scan)
  if (end < 0) return { ok: false, fault: scan.fault! }
  const rest = afterSpace(bytes, end, bytes.length)
  if (rest < bytes.length) return refusal('more follows after the end of the document', rest)
  return { ok: true, kind: kindOf(bytes[start]!), start, end, members: scan.members }
}

/** One item of an array; one that breaks a limit is refused alone. `fault.pointer` starts at the array. */
export type JsonItem = JsonDocument | (JsonRefusal & { readonly start: number; readonly end: number })

/**
 * Scans the array in bytes [start, end), white space around it allowed, item by item: depth and members count per item.
 * More than `itemsMax` items end the scan at once (reason `items`).
 */
export function scanItems(
  bytes: Buffer,
  start: number,
  end: number,
  limits: JsonLimits & { readonly itemsMax: number },
): { readonly ok: true; readonly items: readonly JsonItem[] } | JsonRefusal {
  const items: JsonItem[] = []
  let at = afterSpace(bytes, start, end)
  if (at >= end || bytes[at] !== openBracket) return refusal('expected an array', at)
  at = afterSpace(bytes, at + 1, end)
  let isOpen = at >= end || bytes[at] !== closeBracket
  while (isOpen) {
    if (items.length === limits.itemsMax) {
      const detail = `more than ${limits.itemsMax} items`
      return { ok: false, fault: { reason: 'items', detail, offset: at, pointer: '' } }
    }
    const item = scanItem(bytes, at, end, limits, items.length)
    if ('reason' in item) return { ok: false, fault: item }
    items.push(item)
    at = afterSpace(bytes, item.end, end)
    const byte = at < end ? bytes[at] : -1
    if (byte !== comma && byte !== closeBracket) return refusal(expected(byte, "',' or ']'"), at)
    isOpen = byte === comma
    if (isOpen) at = afterSpace(bytes, at + 1, end)
  }
  const rest = afterSpace(bytes, at + 1, end)
  if (rest < end) return refusal('more follows after the end of the array', rest)
  return { ok: true, items }
}

/** The string that a JSON string literal (quotes included, already scanned) stands for; lone surrogates stay. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1)
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const minus = 0x2d
const plus = 0x2b
const point = 0x2e
const zero = 0x30
const nine = 0x39

/**
 * Where the scan stands per level: in an object the offset of the current member's key (0 before the first), in an
 * array ~index. Shared by all scans, which never overlap: they are synchronous.
 */
const frames = new Int32Array(depthCeiling + 1)

type Scan = {
  readonly depthMax: number
  readonly membersMax: number
  readonly members: Member[]
  fault: JsonFault | undefined
}

function newScan(limits: JsonLimits): Scan {
  return {
    depthMax: Math.min(limits.depthMax, depthCeiling),
    membersMax: limits.membersMax,
    members: [],
    fault: undefined,
  }
}

/** An item, refused alone if only a limit is broken (then scanned once more to find its end); else the array's fault. */
function scanItem(bytes: Buffer, start: number, end: number, limits: JsonLimits, index: number): JsonItem | JsonFault {
  const scan = newScan(limits)
  const itemEnd = scanValue(bytes, start, end, scan)
  if (itemEnd >= 0) return { ok: true, kind: kindOf(bytes[start]!), start, end: itemEnd, members: scan.members }

  const fault = inItem(index, scan)
  if (fault.reason === 'syntax') return fault
  const unlimited = newScan({ depthMax: depthCeiling, membersMax: Number.POSITIVE_INFINITY })
  const refusedEnd = scanValue(bytes, start, end, unlimited)
  return refusedEnd < 0 ? inItem(index, unlimited) : { ok: false, fault, start, end: refusedEnd }
}

function inItem(index: number, scan: Scan): JsonFault {
  const fault = scan.fault!
  return { ...fault, pointer: `/${index}${fault.pointer}` }
}

/**
 * The offset behind the value that starts at `start`, or −1 with `scan.fault`. One flat loop, since a call per value
 * costs more than all the comparisons: a value is read at the top, what may follow it at the bottom.
 */
function scanValue(bytes: Buffer, start: number, end: number, scan: Scan): number {
  let at = start
  let depth = 0
  let memberCount = 0
  let needsKey = false
  let nameEnd = 0
  let valueStart = 0

  for (;;) {
    if (needsKey) {
      if (at >= end || bytes[at] !== quote) {
        return fail(bytes, scan, expected(at < end ? bytes[at] : -1, 'a member name in quotes'), at, end, depth - 1)
      }
      if (++memberCount > scan.membersMax) return failMembers(bytes, scan, at, end, depth - 1)
      frames[depth] = at
      const keyEnd = stringEnd(bytes, at + 1, end)
      if (keyEnd < 0) return failString(bytes, scan, ~keyEnd, end, depth - 1)
      at = keyEnd
      if (depth === 1) nameEnd = keyEnd
      if (at < end && bytes[at]! <= 0x20) at = afterSpace(bytes, at, end)
      if (at >= end || bytes[at] !== colon) {
        return fail(bytes, scan, expected(at < end ? bytes[at] : -1, "':'"), at, end, depth)
      }
      at++
      if (at < end && bytes[at]! <= 0x20) at = afterSpace(bytes, at, end)
      needsKey = false
    }

    const byte = at < end ? bytes[at]! : -1
    if (depth === 1) valueStart = at
    if (byte === quote) {
      const valueEnd = stringEnd(bytes, at + 1, end)
      if (valueEnd < 0) return failString(bytes, scan, ~valueEnd, end, depth)
      at = valueEnd
    } else if (byte === openBrace || byte === openBracket) {
      if (depth === scan.depthMax) {
        return failLimit(bytes, scan, 'depth', `nested deeper than ${scan.depthMax} levels`, at, end, depth)
      }
      depth++
      at++
      if (at < end && bytes[at]! <= 0x20) at = afterSpace(bytes, at, end)
      const isObject = byte === openBrace
      frames[depth] = isObject ? 0 : -1
      if (at < end && bytes[at] === (isObject ? closeBrace : closeBracket)) {
        at++
        depth--
      } else {
        needsKey = isObject
        continue
      }
    } else if (byte === minus || (byte >= zero && byte <= nine)) {
      const valueEnd = numberEnd(bytes, at, end)
      if (valueEnd < 0) return fail(bytes, scan, 'the number is malformed', ~valueEnd, end, depth)
      at = valueEnd
    } else if (byte === 0x74 && isWord(bytes, at, end, 'true')) {
      at += 4
    } else if (byte === 0x66 && isWord(bytes, at, end, 'false')) {
      at += 5
    } else if (byte === 0x6e && isWord(bytes, at, end, 'null')) {
      at += 4
    } else {
      return fail(bytes, scan, expected(byte, 'a value'), at, end, depth)
    }

    for (;;) {
      if (depth === 0) return at
      const frame = frames[depth]!
      if (depth === 1 && frame >= 0) {
        const name = decodeString(bytes, frame, nameEnd)
        scan.members.push({ name, start: valueStart, end: at, kind: kindOf(bytes[valueStart]!) })
      }
      if (at < end && bytes[at]! <= 0x20) at = afterSpace(bytes, at, end)
      const next = at < end ? bytes[at]! : -1
      if (next === comma) {
        at++
        if (at < end && bytes[at]! <= 0x20) at = afterSpace(bytes, at, end)
        needsKey = frame >= 0
        if (frame < 0) frames[depth] = frame - 1
        break
      }
      if (next !== (frame < 0 ? closeBracket : closeBrace)) {
        return fail(bytes, scan, expected(next, frame < 0 ? "',' or ']'" : "',' or '}'"), at, end, depth)
      }
      at++
      depth--
    }
  }
}

/** 1 for every byte that stands for itself inside a string: neither quote, backslash nor control character. */
const plain = new Uint8Array(256).fill(1, 0x20)
plain[quote] = 0
plain[backslash] = 0

/** The offset behind the closing quote, or ~offset of the byte that is wrong; `from` is behind the opening quote. */
function stringEnd(bytes: Buffer, from: number, end: number): number {
  let at = from
  for (;;) {
    // Four bytes a turn: twice as fast as one on strings of 24 bytes and more.
    while (
      at + 3 < end &&
      (plain[bytes[at]!]! & plain[bytes[at + 1]!]! & plain[bytes[at + 2]!]! & plain[bytes[at + 3]!]!) === 1
    ) {
      at += 4
    }
    while (at < end && plain[bytes[at]!] === 1) at++
    if (at >= end) return ~end
    if (bytes[at] === quote) return at + 1
    const length = bytes[at] === backslash ? escapeLength(bytes, at, end) : 0
    if (length === 0) return ~at
    at += length
  }
}

/** Bytes that the escape at `at` takes, 0 if it is none. A lone surrogate is grammatical. */
function escapeLength(bytes: Buffer, at: number, end: number): number {
  const byte = at + 1 < end ? bytes[at + 1]! : 0
  if (byte === 0x75) {
    if (at + 6 > end) return 0
    for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(bytes[i]!)) return 0
    return 6
  }
  const isSimple =
    byte === quote ||
    byte === backslash ||
    byte === 0x2f ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74 ||
    byte === 0x62 ||
    byte === 0x66
  return isSimple ? 2 : 0
}

/** The offset behind the number, or ~offset of the byte that is wrong. */
function numberEnd(bytes: Buffer, from: number, end: number): number {
  let at = bytes[from] === minus ? from + 1 : from
  if (!isDigit(bytes, at, end)) return ~at
  if (bytes[at] === zero) at++
  else at = afterDigits(bytes, at, end)
  if (at < end && bytes[at] === point) {
    at++
    if (!isDigit(bytes, at, end)) return ~at
    at = afterDigits(bytes, at, end)
  }
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    at++
    if (at < end && (bytes[at] === plus || bytes[at] === minus)) at++
    if (!isDigit(bytes, at, end)) return ~at
    at = afterDigits(bytes, at, end)
  }
  return at
}

function isDigit(bytes: Buffer, at: number, end: number): boolean {
  return at < end && bytes[at]! >= zero && bytes[at]! <= nine
}

function afterDigits(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at]! >= zero && bytes[at]! <= nine) at++
  return at
}

function afterSpace(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end) {
    const byte = bytes[at]!
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at++
  }
  return at
}

function isWord(bytes: Buffer, at: number, end: number, word: string): boolean {
  if (at + word.length > end) return false
  for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

function isHexDigit(byte: number): boolean {
  return (byte >= zero && byte <= nine) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

function kindOf(first: number): JsonKind {
  switch (first) {
    case openBrace:
      return 'object'
    case openBracket:
      return 'array'
    case quote:
      return 'string'
    case 0x74:
      return 'true'
    case 0x66:
      return 'false'
    case 0x6e:
      return 'null'
    default:
      return 'number'
  }
}

function expected(byte: number | undefined, what: string): string {
  return byte === -1 ? `the document ends where ${what} is expected` : `expected ${what}`
}

function refusal(detail: string, offset: number): JsonRefusal {
  return { ok: false, fault: { reason: 'syntax', detail, offset, pointer: '' } }
}

function fail(bytes: Buffer, scan: Scan, detail: string, offset: number, end: number, depth: number): -1 {
  return failLimit(bytes, scan, 'syntax', detail, offset, end, depth)
}

function failString(bytes: Buffer, scan: Scan, offset: number, end: number, depth: number): -1 {
  const isEnd = offset >= end
  const isEscape = !isEnd && bytes[offset] === backslash
  const detail = isEnd
    ? 'the string is not closed'
    : isEscape
      ? 'the string holds an unknown or unfinished escape'
      : 'the string holds a raw control character'
  return fail(bytes, scan, detail, offset, end, depth)
}

function failMembers(bytes: Buffer, scan: Scan, offset: number, end: number, depth: number): -1 {
  return failLimit(bytes, scan, 'members', `more than ${scan.membersMax} object members`, offset, end, depth)
}

function failLimit(
  bytes: Buffer,
  scan: Scan,
  reason: JsonFault['reason'],
  detail: string,
  offset: number,
  end: number,
  depth: number,
): -1 {
  scan.fault = { reason, detail, offset, pointer: pointerTo(bytes, depth, end) }
  return -1
}

const pointerLengthMax = 256

/** Where the scan stands, as far as it fits. */
function pointerTo(bytes: Buffer, depth: number, end: number): string {
  let pointer = ''
  for (let level = 1; level <= depth; level++) {
    const frame = frames[level]!
    const token = frame < 0 ? String(~frame) : nameAt(bytes, frame, end)
    const next = `${pointer}/${token.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (next.length > pointerLengthMax) break
    pointer = next
  }
  return pointer
}

function nameAt(bytes: Buffer, start: number, end: number): string {
  return decodeString(bytes, start, stringEnd(bytes, start + 1, end))
}
