import { type JsonNode, type JsonView, viewJson } from './json-view.ts'

const masked = Buffer.from('null')

/**
 * The bytes with the values at `pointers` (RFC 6901, plain names only) replaced: what counts the attempts of a delivery
 * is not part of what was delivered. Bytes that are no JSON stay as they are. `known`: a view of the same bytes.
 */
export function maskVolatile(bytes: Buffer, pointers: readonly string[] | undefined, known?: JsonView): Buffer {
  if (pointers === undefined) return bytes
  const view = known ?? viewJson(bytes)
  if (view === undefined) return bytes
  const nodes = pointers.flatMap((pointer) => valuesAt(view, pointer)).sort((a, b) => a.start - b.start)
  if (nodes.length === 0) return bytes

  const parts: Buffer[] = []
  let at = 0
  for (const node of nodes) {
    if (node.start < at) continue
    parts.push(bytes.subarray(at, node.start), masked)
    at = node.end
  }
  return Buffer.concat([...parts, bytes.subarray(at)])
}

/** Every value of a repeated member too: each of them is volatile. */
function valuesAt(view: JsonView, pointer: string): readonly JsonNode[] {
  let nodes: readonly JsonNode[] = [view.root]
  for (const name of pointer.split('/').slice(1)) {
    nodes = nodes.flatMap((node) => view.members(node).filter((member) => member.name === name))
  }
  return nodes
}
