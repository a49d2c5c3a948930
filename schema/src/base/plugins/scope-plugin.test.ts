import type { Caller } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import PothosBuilder from '@pothos/core'
import { execute, parse, subscribe, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildContext, buildSchema } from '../../index.ts'

const MESSAGE = (scope: string) => `the key of this request does not have the scope ${scope}: use a key that has it`

let runtime: TestRuntime
let owner: Caller
beforeAll(async () => {
  runtime = await createTestRuntime()
  owner = await runtime.callers.ofUser(await runtime.users.create('Ada'))
})
afterAll(() => runtime.close())

/** Returns a request of a key with one scope, and a spy on what it reaches in core. */
function limit(scope: 'EXECUTE' | 'READ_GRAPHS') {
  const contextValue = buildContext({ runtime, caller: { ...owner, scopes: new Set([scope]) } })
  const create = vi.spyOn(contextValue.api.graphs, 'create')
  const list = vi.spyOn(contextValue.api.graphs, 'list')
  const follow = vi.spyOn(contextValue.api.executions, 'followAll')
  const request = (source: string) => ({ schema: buildSchema(), document: parse(source), contextValue })
  return { request, spies: { create, list, follow } }
}

const CREATE =
  'mutation { createGraph(input: { name: "x", document: { nodes: [] } }) { graph { name } errors { __typename code message path } } }'

describe('an operation whose scope the key does not have', () => {
  it('fails before its resolver runs: a query and a subscription with an error', async () => {
    const { request, spies } = limit('EXECUTE')
    const { errors } = (await execute(request('{ graphs { totalCount } }'))) as ExecutionResult
    expect(errors).toMatchObject([{ message: MESSAGE('READ_GRAPHS'), originalError: { code: 'FORBIDDEN' } }])
    const stream = (await subscribe(request('subscription { executionsChanged { id } }'))) as ExecutionResult
    expect(stream.errors).toMatchObject([{ message: MESSAGE('READ_EXECUTIONS'), originalError: { code: 'FORBIDDEN' } }])
    expect([spies.list, spies.follow].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  })

  it('fails before its resolver runs: a mutation with its payload', async () => {
    const { request, spies } = limit('READ_GRAPHS')
    expect(await execute(request(CREATE))).toEqual({
      data: {
        createGraph: {
          graph: null,
          errors: [{ __typename: 'ForbiddenError', code: 'FORBIDDEN', message: MESSAGE('WRITE_GRAPHS'), path: null }],
        },
      },
    })
    expect(spies.create).not.toHaveBeenCalled()
  })

  it('also fails in core, with the same error', async () => {
    const { graphs, executions } = runtime.as({ ...owner, scopes: new Set(['READ_GRAPHS']) })
    await expect(graphs.create({ name: 'x', document: { nodes: [] } })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: MESSAGE('WRITE_GRAPHS'),
    })
    expect(() => executions.followAll({})).toThrow(MESSAGE('READ_EXECUTIONS'))
  })
})

describe('an operation', () => {
  it('names its scope in its description and in an extension', () => {
    const graphs = buildSchema().getQueryType()?.getFields().graphs
    expect(graphs?.description).toBe('The graphs of an account, newest first. Requires the scope READ_GRAPHS.')
    expect(graphs?.extensions.scope).toBe('READ_GRAPHS')
    expect(buildSchema().getQueryType()?.getFields().viewer?.extensions.scope).toBe('ANY')
  })

  it('without a scope does not compile, and its schema cannot be built', () => {
    const builder = new PothosBuilder({ plugins: ['operationScopes'] } as never)
    builder.queryType({})
    // @ts-expect-error -- the option "scope" is missing
    builder.queryField('unscoped', (t) => t.string({ resolve: () => '' }))
    expect(() => builder.toSchema()).toThrow('Query.unscoped must have the option "scope"')
  })
})
