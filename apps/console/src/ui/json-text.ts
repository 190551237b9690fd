/**
 * JSON text laid out for reading, from the text itself: no number is rounded, no repeated member is lost, nothing is
 * reordered. Expects valid JSON; anything else comes back as one plain line.
 */
export type JsonToken = {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark' | 'plain'
  readonly text: string
}
export type JsonLine = { readonly depth: number; readonly tokens: readonly JsonToken[] }

const pattern = /\s+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\]:,]/gsy

export function layOutJson(text: string): readonly JsonLine[] {
  const found = tokenize(text)
  if (found === undefined) return [{ depth: 0, tokens: [{ kind: 'plain', text }] }]
  const lines: { depth: number; tokens: JsonToken[] }[] = [{ depth: 0, tokens: [] }]
  let depth = 0
  const put = (kind: JsonToken['kind'], piece: string) => lines.at(-1)?.tokens.push({ kind, text: piece })
  const newLine = () => lines.push({ depth, tokens: [] })

  for (const [n, piece] of found.entries()) {
    const next = found[n + 1]
    if (piece === '{' || piece === '[') {
      if (next === '}' || next === ']') {
        put('mark', piece + next)
        continue
      }
      put('mark', piece)
      depth += 1
      newLine()
    } else if (piece === '}' || piece === ']') {
      const before = found[n - 1]
      if (before === '{' || before === '[') continue
      depth = Math.max(0, depth - 1)
      newLine()
      put('mark', piece)
    } else if (piece === ',') {
      put('mark', ',')
      newLine()
    } else if (piece === ':') {
      put('mark', ': ')
    } else if (piece.startsWith('"')) {
      put(next === ':' ? 'key' : 'string', piece)
    } else {
      put(/^[tfn]/.test(piece) ? 'word' : 'number', piece)
    }
  }
  return lines
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
