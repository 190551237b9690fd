import { expect, test } from 'vitest'
import { createSseParser } from './sse-messages.ts'

const text =
  'retry: 3000\n\nevent: envelope\nid: 7\ndata: {"a":"é\\n"}\n\n: heartbeat\n\nevent: ping\nid: 9\ndata: {}\n\n'

test('reads the same messages wherever the pieces end', () => {
  for (let size = 1; size <= text.length; size += 1) {
    const parse = createSseParser()
    const found = []
    for (let at = 0; at < text.length; at += size) found.push(...parse(text.slice(at, at + size)))
    expect(found).toEqual([
      { event: 'envelope', id: '7', data: '{"a":"é\\n"}' },
      { event: 'ping', id: '9', data: '{}' },
    ])
  }
})

test('joins the lines of data and keeps an unfinished message back', () => {
  const parse = createSseParser()
  expect(parse('data: one\r\ndata: two\r\n\r\ndata: three\n')).toEqual([
    { event: 'message', id: undefined, data: 'one\ntwo' },
  ])
  expect(parse('\n')).toEqual([{ event: 'message', id: undefined, data: 'three' }])
})
