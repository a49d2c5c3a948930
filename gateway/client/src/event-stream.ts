/** A message of an event stream. */
interface ServerSentEvent {
  /** @default 'message' */
  event: string
  data: string
  /** Undefined if the message has no id. */
  id: string | undefined
}

/**
 * Parses the messages of a `text/event-stream`. Skips comments and messages without data. Source:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* parseEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder()
  let rest = ''
  let message: string[] = []
  for await (const chunk of chunks) {
    const [head = '', ...tail] = decoder.decode(chunk, { stream: true }).split('\n')
    const lines = [rest + head, ...tail]
    rest = lines.pop() ?? ''
    for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
      if (line !== '') message.push(line)
      else {
        const parsed = parseMessage(message)
        message = []
        if (parsed) yield parsed
      }
    }
  }
}

function parseMessage(lines: readonly string[]): ServerSentEvent | undefined {
  let event = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
    if (field === 'id') id = value
  }
  return data.length > 0 ? { event, id, data: data.join('\n') } : undefined
}
