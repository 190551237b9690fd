import {
  decodeString,
  type JsonDocument,
  type JsonKind,
  type JsonLimits,
  type Member,
  scanDocument,
  scanItems,
} from '@eventmesh/envelope'

/** A value inside a document: the slice [start, end) of its bytes. */
export type JsonNode = { readonly kind: JsonKind; readonly start: number; readonly end: number }

/** Reading single values out of a JSON document by their bytes; nothing is parsed that nobody asked for. */
export type JsonView = {
  readonly bytes: Buffer
  readonly root: JsonNode
  /** The member of an object; undefined when absent, and when it stands there twice: two readers would see two values. */
  member(node: JsonNode, name: string): JsonNode | undefined
  members(node: JsonNode): readonly Member[]
  /** The items of an array, at most `itemsMax`. */
  items(node: JsonNode, itemsMax?: number): readonly JsonNode[] | undefined
  /** Follows `a.b.0.c` from the root or `from`. */
  at(path: string, from?: JsonNode): JsonNode | undefined
  /** A string decoded, a number as it is written; undefined of anything else and of the empty string. */
  text(node: JsonNode | undefined): string | undefined
  /** As `text`, `true` and `false` included. */
  scalar(node: JsonNode | undefined): string | undefined
}

/** Generous on members (a batch has many), strict on depth: what is nested deeper is no delivery of any provider. */
const viewLimits: JsonLimits = { depthMax: 66, membersMax: 1_000_000 }

const itemsCeiling = 100_000

/** Undefined when the bytes are not one JSON document. `scanned`: what a scan of all of them gave, under limits no wider. */
export function viewJson(bytes: Buffer, scanned?: JsonDocument): JsonView | undefined {
  const document = scanned ?? scanDocument(bytes, viewLimits)
  return document.ok ? new View(bytes, document) : undefined
}

class View implements JsonView {
  readonly bytes: Buffer
  readonly root: JsonNode
  readonly #ofRoot: readonly Member[]
  /** Of the objects inside, by where they start. */
  #known: Map<number, readonly Member[]> | undefined

  constructor(bytes: Buffer, { kind, start, end, members }: Extract<JsonDocument, { readonly ok: true }>) {
    this.bytes = bytes
    this.root = { kind, start, end }
    this.#ofRoot = members
  }

  members(node: JsonNode): readonly Member[] {
    if (node.kind !== 'object') return []
    if (node.start === this.root.start) return this.#ofRoot
    const before = this.#known?.get(node.start)
    if (before !== undefined) return before
    const scanned = scanDocument(this.bytes.subarray(node.start, node.end), viewLimits)
    const members = scanned.ok ? scanned.members.map((member) => shifted(member, node.start)) : []
    this.#known ??= new Map()
    this.#known.set(node.start, members)
    return members
  }

  member(node: JsonNode, name: string): JsonNode | undefined {
    let found: JsonNode | undefined
    for (const member of this.members(node)) {
      if (member.name !== name) continue
      if (found !== undefined) return undefined
      found = member
    }
    return found
  }

  items(node: JsonNode, itemsMax = itemsCeiling): readonly JsonNode[] | undefined {
    if (node.kind !== 'array') return undefined
    const scanned = scanItems(this.bytes, node.start, node.end, { ...viewLimits, itemsMax })
    if (!scanned.ok) return undefined
    return scanned.items.flatMap((item) => (item.ok ? [{ kind: item.kind, start: item.start, end: item.end }] : []))
  }

  at(path: string, from?: JsonNode): JsonNode | undefined {
    let node: JsonNode | undefined = from ?? this.root
    for (const step of path === '' ? [] : path.split('.')) {
      if (node === undefined) return undefined
      node = node.kind === 'array' ? this.items(node)?.[Number(step)] : this.member(node, step)
    }
    return node
  }

  text(node: JsonNode | undefined): string | undefined {
    if (node?.kind === 'number') return this.bytes.toString('latin1', node.start, node.end)
    if (node?.kind !== 'string') return undefined
    const text = decodeString(this.bytes, node.start, node.end)
    return text === '' ? undefined : text
  }

  scalar(node: JsonNode | undefined): string | undefined {
    if (node?.kind === 'true' || node?.kind === 'false') return node.kind
    return this.text(node)
  }
}

function shifted(member: Member, by: number): Member {
  return { name: member.name, kind: member.kind, start: member.start + by, end: member.end + by }
}
