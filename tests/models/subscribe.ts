import type { Gateway } from '@ashlar/gateway'

/** An event of a subscription, with the selected fields. */
export interface SubscribedEvent {
  __typename: string
  id: string
  pin?: string
  offset?: number
  text?: string
  value?: unknown
}

const EVENTS = `subscription ($id: ID!) { executionEvents(executionId: $id) { __typename id seq
  ... on NodeOutputDelta { nodeId number attempt pin offset text nodeExecution { status } } ... on NodeOutput { pin value } } }`

/** Follows an execution over server-sent events. @param executionId global id */
export async function* subscribe(gateway: Gateway, key: string, executionId: string): AsyncGenerator<SubscribedEvent, void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, accept: 'text/event-stream' }
  const body = JSON.stringify({ query: EVENTS, variables: { id: executionId } })
  const response = await gateway.fetch(new Request('http://127.0.0.1:4000/graphql', { method: 'POST', headers, body }))
  if (!response.body) throw new Error('the answer is not a stream')
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^data: (\{.*)$/m.exec(part)?.[1]
      if (data !== undefined) yield (JSON.parse(data) as { data: { executionEvents: SubscribedEvent } }).data.executionEvents
    }
  }
}
