import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildSchema, buildContext } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

async function run(source: string, variableValues: Record<string, unknown> = {}, userId = runtime.ownerId): Promise<unknown> {
  const user = (await runtime.users.find([userId])).get(userId)
  if (!user) throw new Error('no such user')
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const result = await execute({
    schema,
    document,
    variableValues,
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
  expect(result.errors).toBeUndefined()
  return JSON.parse(JSON.stringify(result.data))
}

const ADD = `mutation ($name: String, $hosts: [String!], $secret: SecretInput!) {
  addCredential(input: { provider: "http/host", name: $name, hosts: $hosts, secret: $secret }) {
    credential { id name kind hosts providerName provider { title credentialKinds hosts } lastUsedAt }
    errors { code message path } } }`
const SECRET = { hostScoped: { headers: { 'X-Key': 'hunter22' } } }

it('stores a credential and returns every field except its secret', async () => {
  const added = (await run(ADD, { name: 'work', hosts: ['API.example.com'], secret: SECRET })) as {
    addCredential: { credential: { id: string } }
  }
  const { id } = added.addCredential.credential
  expect(added.addCredential.credential).toEqual({
    id,
    name: 'work',
    kind: 'HOST_SCOPED',
    hosts: ['api.example.com'],
    providerName: 'http/host',
    provider: { title: 'Any host', credentialKinds: ['HOST_SCOPED'], hosts: [] },
    lastUsedAt: null,
  })
  const LIST = '{ viewer { credentials { totalCount edges { node { id name } } } } }'
  expect(await run(LIST)).toEqual({ viewer: { credentials: { totalCount: 1, edges: [{ node: { id, name: 'work' } }] } } })
  const CHANGE = `mutation ($id: ID!, $secret: SecretInput) {
    updateCredential(input: { credentialId: $id, name: "home", secret: $secret }) { credential { name } errors { code path } } }`
  expect(await run(CHANGE, { id, secret: SECRET })).toEqual({ updateCredential: { credential: { name: 'home' }, errors: [] } })
  expect(await run(CHANGE, { id, secret: { apiKey: { key: 'hunter22' } } })).toEqual({
    updateCredential: { credential: null, errors: [{ code: 'BAD_INPUT', path: ['input', 'secret'] }] },
  })
  const DELETE = `mutation ($id: ID!) { deleteCredential(input: { credentialId: $id }) { deletedCredentialId errors { code path } } }`
  expect(await run(DELETE, { id })).toEqual({ deleteCredential: { deletedCredentialId: id, errors: [] } })
  expect(await run(DELETE, { id })).toEqual({
    deleteCredential: { deletedCredentialId: null, errors: [{ code: 'NOT_FOUND', path: ['input', 'credentialId'] }] },
  })
})

it.each([
  [{ hosts: [], secret: SECRET }, ['hosts']],
  [{ hosts: ['*'], secret: SECRET }, ['hosts', '0']],
  [{ hosts: ['a.example'], secret: { hostScoped: { headers: { host: 'evil' } } } }, ['secret', 'hostScoped', 'headers']],
  [{ hosts: ['a.example'], secret: { hostScoped: { headers: { a: 'x' } } } }, ['secret', 'hostScoped', 'headers', 'a']],
  [{ hosts: ['a.example'], secret: { hostScoped: { headers: 7 } } }, ['secret', 'hostScoped', 'headers']],
  [{ secret: { apiKey: { key: 'hunter22' } } }, ['secret']],
  [{ name: '', hosts: ['a.example'], secret: SECRET }, ['name']],
])('rejects %j without repeating the secret', async (variables, path) => {
  const answer = await run(ADD, variables)
  expect(answer).toMatchObject({ addCredential: { credential: null, errors: [{ code: 'BAD_INPUT', path: ['input', ...path] }] } })
  expect(JSON.stringify(answer)).not.toMatch(/hunter22/)
})

it('answers the id of another user’s credential like an unknown id', async () => {
  const { id } = await runtime.credentials.add(runtime.ownerId, {
    provider: 'http/host',
    hosts: ['a.example'],
    secret: { type: 'HOST_SCOPED', headers: { a: 'hunter22' } },
  })
  const { id: stranger } = await runtime.users.create('Ada')
  const nodeId = Buffer.from(`Credential:${id}`).toString('base64url')
  const ASK = 'query ($id: ID!) { node(id: $id) { id } viewer { credentials { totalCount } } }'
  expect(await run(ASK, { id: nodeId }, stranger)).toEqual({ node: null, viewer: { credentials: { totalCount: 0 } } })
  expect(await run(ASK, { id: nodeId })).toEqual({ node: { id: nodeId }, viewer: { credentials: { totalCount: 1 } } })
})

it('lists the services that blocks use', async () => {
  const { providers } = (await run('{ providers(first: 100) { edges { node { name title hosts credentialKinds } } } }')) as {
    providers: { edges: unknown[] }
  }
  expect(providers.edges).toContainEqual({
    node: { name: 'http/host', title: 'Any host', hosts: [], credentialKinds: ['HOST_SCOPED'] },
  })
})
