// Sends the operations of GraphiQL.

import { showEndOfAnswer } from './editors.js'
import { followEvents } from './events.js'
import { resolveNewest } from './newest.js'
import { send } from './session.js'

/** A fetcher of GraphiQL: resolves to the answer, or to an observable of the answer of a subscription. */
export async function fetcher({ query, variables, operationName }, { headers, documentAST } = {}) {
  const post = (body, accept, init) =>
    send(location.pathname, {
      ...init,
      method: 'POST',
      headers: { ...headers, ...init?.headers, 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    })
  const request = async (body) => readAnswer(await post(body, 'application/graphql-response+json, application/json'))
  let operation
  try {
    operation = { query, variables: await resolveNewest(variables, request), operationName }
  } catch ({ message }) {
    return { errors: [{ message }] }
  }
  if (!isSubscription(documentAST, operationName)) return request(operation)
  const open = (lastEventId, signal) => {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    return post(operation, 'text/event-stream', { headers: resume, signal })
  }
  return followEvents(open, { onShown: showEndOfAnswer })
}

function isSubscription(document, operationName) {
  const operations = document?.definitions.filter(({ kind }) => kind === 'OperationDefinition') ?? []
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0]
  return operation?.operation === 'subscription'
}

async function readAnswer(response) {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return { errors: [{ message: text || `The server answered with status ${response.status}.` }] }
  }
}
