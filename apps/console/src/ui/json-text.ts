/**
 * JSON text laid out for reading, from the text itself: no number is rounded, no repeated member is lost, nothing is
 * reordered. Expects valid JSON; anything else comes back as one plain line.
 */
export type JsonToken = {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark' | 'plain'
  readonly text: string
  /** Of a name and of a value: `order.items[].sku`; none where a name in it cannot be written so. */
  readonly path?: string | undefined
}
export type JsonLine = {
  readonly depth: number
  readonly tokens: readonly JsonToken[]
  /** It opens an object or array, which ends on this line. */
  readonly closesAt?: number
  /** Of the value that stands or begins here: RFC 6901. None where one ends. */
  readonly pointer?: string
}

const pattern = /\s+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\]:,]/gsy

type Frame = {
  readonly isArray: boolean
  readonly path: string | undefined
  readonly line: number
  key: string | undefined
  readonly pointer: string
  /** Its last part within an object or array. */
  at: string | number
}

export function layOutJson(text: string): readonly JsonLine[] {
  const found = tokenize(text)
  if (found === undefined) return [{ depth: 0, tokens: [{ kind: 'plain', text }] }]
  const lines: { depth: number; tokens: JsonToken[]; closesAt?: number; pointer?: string }[] = [
    { depth: 0, tokens: [], pointer: '' },
  ]
  const frames: Frame[] = []
  const put = (kind: JsonToken['kind'], piece: string, path?: string) =>
    lines.at(-1)?.tokens.push(path === undefined ? { kind, text: piece } : { kind, text: piece, path })
  const newLine = () => lines.push({ depth: frames.length, tokens: [] })
  const pointerHere = () => {
    const frame = frames.at(-1)
    return frame === undefined ? '' : `${frame.pointer}/${frame.at}`
  }
  const point = () => {
    const line = lines.at(-1)
    if (line !== undefined) line.pointer ??= pointerHere()
  }
  /** Of the value that comes next. */
  const here = () => {
    const frame = frames.at(-1)
    if (frame === undefined) return ''
    return frame.isArray ? frame.path && `${frame.path}[]` : frame.key
  }

  for (const [n, piece] of found.entries()) {
    const next = found[n + 1]
    if (!/^[}\],:]/.test(piece) && next !== ':') point()
    if (piece === '{' || piece === '[') {
      if (next === '}' || next === ']') {
        put('mark', piece + next)
        continue
      }
      put('mark', piece)
      const isArray = piece === '['
      const frame = { isArray, path: here(), line: lines.length - 1, key: undefined, pointer: pointerHere() }
      frames.push({ ...frame, at: isArray ? 0 : '' })
      newLine()
    } else if (piece === '}' || piece === ']') {
      const before = found[n - 1]
      if (before === '{' || before === '[') continue
      const opened = lines[frames.pop()?.line ?? 0]
      newLine()
      if (opened !== undefined) opened.closesAt = lines.length - 1
      put('mark', piece)
    } else if (piece === ',') {
      put('mark', ',')
      const frame = frames.at(-1)
      if (typeof frame?.at === 'number') frame.at += 1
      newLine()
    } else if (piece === ':') {
      put('mark', ': ')
    } else if (piece.startsWith('"') && next === ':') {
      const frame = frames.at(-1)
      if (frame !== undefined) {
        frame.key = member(frame.path, piece)
        frame.at = pointerPart(piece)
      }
      put('key', piece, frame?.key)
    } else {
      put(piece.startsWith('"') ? 'string' : /^[tfn]/.test(piece) ? 'word' : 'number', piece, here() || undefined)
    }
  }
  return lines
}

/** A name with a dot, a bracket, a colon or white space in it would be read as something else. */
function member(parent: string | undefined, key: string): string | undefined {
  const name = key.slice(1, -1)
  if (parent === undefined || !/^[^[\]".\s:\\]+$/.test(name)) return undefined
  return parent === '' ? name : `${parent}.${name}`
}

/** The line of the value at an RFC 6901 pointer; where there is none, of what it is missing from. */
export function lineAt(lines: readonly JsonLine[], pointer: string): number {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const n = lines.findIndex((line) => line.pointer === at)
    if (n !== -1) return n
    if (!at.startsWith('/')) break
  }
  return 0
}

function pointerPart(key: string): string {
  return decoded(key).replaceAll('~', '~0').replaceAll('/', '~1')
}

function decoded(key: string): string {
  try {
    return String(JSON.parse(key))
  } catch {
    // An escape that JSON does not have: as it is written.
    return key.slice(1, -1)
  }
}

/** Without white space between; undefined where something stands that JSON does not have. */
function tokenize(text: string): readonly string[] | undefined {
  const found: string[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    if (match[0].trim() !== '') found.push(match[0])
  }
  return found
}
