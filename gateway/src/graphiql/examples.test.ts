import { buildSchema } from '@ashlar/schema'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { getVariableValues, parse, validate, type OperationDefinitionNode } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../server/index.ts'
import { graphiqlPage } from './index.ts'
import { readExamples } from './operations.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const URL = 'http://127.0.0.1:4000/graphql'

type Variables = Record<string, unknown>
interface Answer {
  data?: Record<string, { errors?: { code: string; message: string }[]; execution?: { id: string } | null } | null>
  errors?: unknown[]
}

const groups = await readExamples()
const examples = groups.flatMap((group) => group.examples.map((example) => ({ ...example, ...readOperation(example) })))

function readOperation({ query, variables }: { query: string; variables: string }): {
  operation: OperationDefinitionNode
  values: Variables
} {
  const [operation] = parse(query).definitions
  if (operation?.kind !== 'OperationDefinition') throw new Error('the file must start with an operation')
  return { operation, values: variables === '' ? {} : (JSON.parse(variables) as Variables) }
}

describe.each(examples)('the example $name', ({ title, description, query, operation, values }) => {
  it('has a title and a description', () => {
    expect(title).toMatch(/^[A-Z][^.]{5,40}$/)
    expect(description).toMatch(/^[A-Z].{10,160}\.$/)
  })

  it('and its variables are valid for the schema', () => {
    const schema = buildSchema()
    expect(validate(schema, parse(query))).toEqual([])
    const definitions = operation.variableDefinitions ?? []
    expect(Object.keys(values)).toEqual(definitions.map(({ variable }) => variable.name.value))
    expect(getVariableValues(schema, definitions, values)).not.toHaveProperty('errors')
  })
})

it('three examples are open at the first visit', async () => {
  const html = await (await graphiqlPage('ashlar login')(new Request(URL), new globalThis.URL(URL))).text()
  const options = JSON.parse(/<script type="application\/json" id="options">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as {
    defaultTabs: { name: string }[]
    examples: unknown[]
  }
  expect(options.defaultTabs.map(({ name }) => name)).toEqual(['graphs/1-create', 'executions/1-start', 'executions/2-watch'])
  expect(options.examples).toHaveLength(examples.length)
})

describe('when the examples run in the order of the menu', () => {
  let runtime: TestRuntime
  let gateway: Gateway
  beforeAll(async () => {
    runtime = await createTestRuntime()
    await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
    gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger: { info: () => undefined, error: () => undefined } })
  })
  afterAll(async () => {
    await gateway.close()
    await runtime.close()
  })

  async function send(body: { query: string; variables?: Variables }, accept = 'application/json'): Promise<string> {
    const headers = { authorization: `Bearer ${OWNER_KEY}`, 'content-type': 'application/json', accept }
    return (await gateway.fetch(new Request(URL, { method: 'POST', headers, body: JSON.stringify(body) }))).text()
  }
  const request = async (body: { query: string; variables?: Variables }): Promise<Answer> =>
    JSON.parse(await send(body)) as Answer

  /** Waits for the executions that an example has started, because later examples use them. */
  async function finishExecutions({ data }: Answer): Promise<void> {
    const started = Object.values(data ?? {}).flatMap((payload) => payload?.execution?.id ?? [])
    const query = 'subscription ($id: ID!) { executionEvents(executionId: $id) { seq } }'
    await Promise.all(started.map((id) => send({ query, variables: { id } }, 'text/event-stream')))
  }

  it.each(examples.filter(({ operation }) => operation.operation !== 'subscription'))(
    '$name succeeds',
    async ({ query, values }) => {
      const answer = await request({ query, variables: await resolveNewest(values, request) })
      const { data, errors } = answer
      const inPayloads = Object.values(data ?? {}).flatMap((payload) => payload?.errors ?? [])
      expect([...(errors ?? []), ...inPayloads]).toEqual([])
      await finishExecutions(answer)
    },
  )

  it('the subscription sends all events of the execution', async () => {
    const { query, values } = examples.find(({ name }) => name === 'executions/2-watch') ?? { query: '', values: {} }
    const events = await send({ query, variables: await resolveNewest(values, request) }, 'text/event-stream')
    expect(events.match(/"__typename":"(\w+)"/g)?.at(-1)).toBe('"__typename":"ExecutionFinished"')
    expect(events).toMatch(/event: complete\ndata:\n\n$/)
  })
})

// The modules of the browser are JavaScript without types.
const newest: string = './browser/newest.js'
type Resolve = (variables: Variables, request: (body: { query: string }) => Promise<Answer>) => Promise<Variables>
const { resolveNewest } = (await import(newest)) as { resolveNewest: Resolve }
