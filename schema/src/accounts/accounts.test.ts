import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
let ada: string
let bob: string
let eve: string
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  ;[ada = '', bob = '', eve = ''] = await Promise.all(
    ['Ada', 'Bob', 'Eve'].map(async (name) => (await runtime.users.create(name)).id),
  )
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function run(userId: string, source: string, variableValues: Record<string, unknown> = {}): Promise<Json> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const user = (await runtime.users.find([userId])).get(userId)
  if (!user) throw new Error('no such user')
  const result = await execute({
    schema,
    document,
    variableValues,
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
  expect(result).not.toHaveProperty('errors')
  return (result as Json).data
}

const ERRORS = 'errors { code message path }'
const INVITE = `mutation ($id: ID!, $role: AccountRole!) {
  inviteMember(input: { accountId: $id, role: $role }) { token invitation { id role invitedBy { name } } ${ERRORS} } }`
const ACCEPT = `mutation ($token: String!) { acceptInvitation(input: { token: $token }) {
  account { id name role } accountEdge { cursor } ${ERRORS} } }`
const MEMBERS = `query ($id: ID!) { account(id: $id) { name kind role invitations { id role }
  members { totalCount edges { node { id role user { name } } } } } }`

async function organize(name = 'Acme'): Promise<string> {
  const CREATE = `mutation ($name: String!) { createOrganization(input: { name: $name }) { account { id } ${ERRORS} } }`
  return (await run(ada, CREATE, { name })).createOrganization.account.id
}

async function join(userId: string, id: string, role: string): Promise<void> {
  const { token } = (await run(ada, INVITE, { id, role })).inviteMember
  expect((await run(userId, ACCEPT, { token })).acceptInvitation.errors).toEqual([])
}

it('lists the accounts of the viewer, first the personal one', async () => {
  await organize('First')
  const { viewer } = await run(
    ada,
    '{ viewer { user { name } accounts(filter: {}) { totalCount edges { node { name kind role createdAt } } } } }',
  )
  expect(viewer.user).toEqual({ name: 'Ada' })
  expect(viewer.accounts.edges[0].node).toMatchObject({ name: 'Ada', kind: 'PERSONAL', role: 'OWNER' })
  const { viewer: only } = await run(ada, '{ viewer { accounts(filter: { kind: PERSONAL }) { totalCount } } }')
  expect(only.accounts.totalCount).toBe(1)
})

it('a user joins an organization with an invitation, gets another role and leaves', async () => {
  const id = await organize()
  const invited = (await run(ada, INVITE, { id, role: 'EDITOR' })).inviteMember
  expect(invited).toMatchObject({
    token: expect.any(String),
    invitation: { role: 'EDITOR', invitedBy: { name: 'Ada' } },
    errors: [],
  })
  expect((await run(ada, MEMBERS, { id })).account.invitations).toEqual([{ id: invited.invitation.id, role: 'EDITOR' }])
  const accepted = (await run(bob, ACCEPT, { token: invited.token })).acceptInvitation
  expect(accepted).toEqual({
    account: { id, name: 'Acme', role: 'EDITOR' },
    accountEdge: { cursor: expect.any(String) },
    errors: [],
  })

  const { account } = await run(bob, MEMBERS, { id })
  expect(account).toMatchObject({ name: 'Acme', kind: 'ORGANIZATION', role: 'EDITOR', invitations: null })
  const [owner, editor] = account.members.edges.map(({ node }: Json) => node)
  expect([owner, editor]).toMatchObject([
    { role: 'OWNER', user: { name: 'Ada' } },
    { role: 'EDITOR', user: { name: 'Bob' } },
  ])

  const UPDATE = `mutation ($id: ID!) { updateMember(input: { memberId: $id, role: ADMIN }) { member { role } memberEdge { node { id } } ${ERRORS} } }`
  expect((await run(bob, UPDATE, { id: editor.id })).updateMember.errors).toMatchObject([{ code: 'FORBIDDEN' }])
  expect((await run(ada, UPDATE, { id: editor.id })).updateMember).toEqual({
    member: { role: 'ADMIN' },
    memberEdge: { node: { id: editor.id } },
    errors: [],
  })

  const REMOVE = `mutation ($id: ID!) { removeMember(input: { memberId: $id }) { removedMemberId ${ERRORS} } }`
  expect((await run(ada, REMOVE, { id: owner.id })).removeMember.errors).toMatchObject([
    { code: 'CONFLICT', path: ['input', 'memberId'], message: expect.stringMatching(/last one: give the role OWNER/) },
  ])
  expect((await run(bob, REMOVE, { id: editor.id })).removeMember).toEqual({ removedMemberId: editor.id, errors: [] })
  expect((await run(bob, MEMBERS, { id })).account).toBeNull()
})

it('an invitation that was revoked cannot be accepted', async () => {
  const id = await organize()
  const { token, invitation } = (await run(ada, INVITE, { id, role: 'VIEWER' })).inviteMember
  const REVOKE = `mutation ($id: ID!) { revokeInvitation(input: { invitationId: $id }) { revokedInvitationId ${ERRORS} } }`
  expect((await run(ada, REVOKE, { id: invitation.id })).revokeInvitation).toEqual({
    revokedInvitationId: invitation.id,
    errors: [],
  })
  expect((await run(bob, ACCEPT, { token })).acceptInvitation).toMatchObject({
    account: null,
    errors: [{ code: 'NOT_FOUND', path: ['input', 'token'], message: expect.stringMatching(/Ask for a new one/) }],
  })
})

describe('a user who is not a member', () => {
  it('sees neither the account nor its members, invitations and users', async () => {
    const id = await organize()
    await join(bob, id, 'VIEWER')
    const { invitation } = (await run(ada, INVITE, { id, role: 'VIEWER' })).inviteMember
    const { account } = await run(
      ada,
      'query ($id: ID!) { account(id: $id) { members { edges { node { id user { id } } } } } }',
      { id },
    )
    const ids = [id, invitation.id, ...account.members.edges.flatMap(({ node }: Json) => [node.id, node.user.id])]
    const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    expect((await run(eve, NODES, { ids })).nodes).toEqual(ids.map(() => null))
    expect((await run(ada, NODES, { ids })).nodes).toEqual(ids.map((each) => ({ id: each })))
    expect((await run(eve, MEMBERS, { id })).account).toBeNull()
  })

  it('is answered like the sender of an unknown id', async () => {
    const [id, unknown] = [await organize(), Buffer.from('Account:00000000-0000-4000-8000-000000000000').toString('base64url')]
    const answers = await Promise.all([id, unknown].map((each) => run(eve, INVITE, { id: each, role: 'VIEWER' })))
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.inviteMember.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'accountId'] }])
  })
})

it('a user creates an API key, sees it without its secret, and revokes it', async () => {
  const id = await organize()
  const CREATE = `mutation ($accountIds: [ID!]) { createApiKey(input: { name: "ci", scopes: [EXECUTE, READ_EXECUTIONS],
    accountIds: $accountIds, expiresAt: "2999-01-01T00:00:00Z" }) {
    secret apiKeyEdge { cursor } apiKey { id prefix scopes accounts { id } graphs { id } expiresAt lastUsedAt } ${ERRORS} } }`
  const { secret, apiKey, errors } = (await run(ada, CREATE, { accountIds: [id] })).createApiKey
  expect(errors).toEqual([])
  expect(apiKey).toMatchObject({
    prefix: secret.slice(0, 8),
    scopes: ['EXECUTE', 'READ_EXECUTIONS'],
    accounts: [{ id }],
    graphs: null,
    expiresAt: '2999-01-01T00:00:00.000Z',
    lastUsedAt: null,
  })
  const LIST = '{ viewer { apiKeys(filter: { isExpired: false }) { totalCount edges { node { id name } } } } }'
  const { viewer } = await run(ada, LIST)
  expect(viewer.apiKeys).toEqual({ totalCount: 1, edges: [{ node: { id: apiKey.id, name: 'ci' } }] })
  expect(JSON.stringify(viewer)).not.toContain(secret)

  const REVOKE = `mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { revokedApiKeyId ${ERRORS} } }`
  expect((await run(eve, REVOKE, { id: apiKey.id })).revokeApiKey.errors).toMatchObject([{ code: 'NOT_FOUND' }])
  expect((await run(ada, REVOKE, { id: apiKey.id })).revokeApiKey).toEqual({ revokedApiKeyId: apiKey.id, errors: [] })
  expect((await run(ada, LIST)).viewer.apiKeys.totalCount).toBe(0)
})
