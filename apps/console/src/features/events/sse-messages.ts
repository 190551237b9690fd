/** One server-sent event; `id` and `event` as they stood in it. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export type SseMessage = { readonly event: string; readonly id: string | undefined; readonly data: string }

/** Reads a `text/event-stream` piece by piece; a piece may end anywhere. */
export function createSseParser(): (piece: string) => readonly SseMessage[] {
  let rest = ''
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.flatMap(parseBlock)
  }
}

/** A block without data (a comment, `retry`) is no message. */
function parseBlock(block: string): readonly SseMessage[] {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
    fields[name] = name === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value
  }
  return fields.data === undefined ? [] : [{ event: fields.event ?? 'message', id: fields.id, data: fields.data }]
}
