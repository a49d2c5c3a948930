/**
 * Yields the messages `{ event, data, id }` of a response that is a `text/event-stream`. Skips messages without data.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* readEventStream({ body }) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const blocks = (rest + chunk.value).replaceAll('\r\n', '\n').split('\n\n')
      rest = blocks.pop()
      yield* blocks.map(parseMessage).filter(({ data }) => data !== undefined)
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

function parseMessage(block) {
  const fields = { event: 'message' }
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(event|data|id)(?:: ?(.*))?$/.exec(line) ?? []
    if (field) fields[field] = field === 'data' && 'data' in fields ? `${fields.data}\n${value}` : value
  }
  return fields
}
