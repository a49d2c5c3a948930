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
  const fields = block.split('\n').map((line) => /^(event|data|id)(?:: ?(.*))?$/.exec(line) ?? [])
  const valuesOf = (name) => fields.filter(([, field]) => field === name).map(([, , value = '']) => value)
  const data = valuesOf('data')
  return {
    event: valuesOf('event').at(-1) ?? 'message',
    data: data.length > 0 ? data.join('\n') : undefined,
    id: valuesOf('id').at(-1),
  }
}
