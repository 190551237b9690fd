import type { JsonNode, JsonView } from './json-view.ts'
import type { Split } from './provider.ts'

export type SplitItem = {
  readonly node: JsonNode
  /** The item of the outer array, where two are split. */
  readonly outer: JsonNode | undefined
  /** What stands before and after the item in the provider's document with only this item. */
  readonly prefix: Buffer
  readonly suffix: Buffer
}

const none = Buffer.alloc(0)

/** One request, many events; undefined when the body is not of the form that is split: it is kept whole then. */
export function splitItems(
  split: Split | undefined,
  view: JsonView | undefined,
  body: Buffer,
): readonly SplitItem[] | undefined {
  if (split === undefined || view === undefined) return undefined
  const array = view.at(split.path)
  const nodes = array === undefined ? undefined : view.items(array)
  if (array === undefined || nodes === undefined) return undefined
  if (split.path === '') return nodes.map((node) => ({ node, outer: undefined, prefix: none, suffix: none }))

  const prefix = body.subarray(0, array.start + 1)
  const suffix = body.subarray(array.end - 1)
  return nodes.flatMap((node) => innerItems(split.inner, view, body, node, prefix, suffix))
}

/** Items of the array inside an item; an item without one is an event of its own. */
function innerItems(
  inner: string | undefined,
  view: JsonView,
  body: Buffer,
  outer: JsonNode,
  prefix: Buffer,
  suffix: Buffer,
): readonly SplitItem[] {
  const array = inner === undefined ? undefined : view.at(inner, outer)
  const nodes = array === undefined ? undefined : view.items(array)
  if (array === undefined || nodes === undefined || nodes.length === 0) return [{ node: outer, outer, prefix, suffix }]
  const before = Buffer.concat([prefix, body.subarray(outer.start, array.start + 1)])
  const after = Buffer.concat([body.subarray(array.end - 1, outer.end), suffix])
  return nodes.map((node) => ({ node, outer, prefix: before, suffix: after }))
}
