import { randomUUID } from 'node:crypto'
import { createTestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS, send, toUnknown, type Answer, type Args, type Operation } from './requests.ts'
import { REQUIREMENTS } from './requirements.ts'
import { callerOf, createWorld, digestOf, type World } from './world.ts'

// Every mutation that takes an idempotency key is sent again, with the same and with other arguments.

let world: World
beforeAll(async () => {
  world = await createWorld()
}, 60_000)
afterAll(() => world.close())

/** Mutations without a key, and why they need none. */
const WITHOUT_KEY: Record<string, string> = {
  activateGraphVersion: 'A repetition has the same effect.',
  cancelExecution: 'A repetition changes nothing.',
  cancelExecutions: 'A repetition cancels what is left.',
  deleteCredential: 'A repetition changes nothing.',
  deleteGraphs: 'A repetition changes nothing.',
  endBrowserSession: 'A repetition changes nothing.',
  endOtherBrowserSessions: 'A repetition changes nothing.',
  exportGraph: 'It changes nothing.',
  inspectDevPlugin: 'It makes nothing that stays.',
  installPlugin: 'A repetition has the same effect.',
  publishPlugin: 'Publishing the same content again succeeds.',
  removeDevPlugin: 'A repetition changes nothing.',
  removeMember: 'A repetition changes nothing.',
  renewDevPlugin: 'A repetition has the same effect.',
  revokeApiKey: 'A repetition changes nothing.',
  revokeInvitation: 'A repetition changes nothing.',
  scanPlugins: 'A repetition has the same effect.',
  setDevPlugin: 'A repetition has the same effect.',
  setPluginVersion: 'A repetition has the same effect.',
  startAuthorization: 'It makes a URL that expires, and earlier URLs stay valid.',
  transferGraph: 'A repetition changes nothing.',
  uninstallPlugin: 'A repetition changes nothing.',
  updateCredential: 'A repetition has the same effect.',
  updateGraph: 'A repetition has the same effect.',
  updateMember: 'A repetition has the same effect.',
  upgradeGraph: 'A repetition finds nothing to upgrade.',
}

const MUTATIONS = OPERATIONS.filter(({ type }) => type === 'Mutation')
const KEYED = MUTATIONS.filter(({ inputFields }) => inputFields.includes('idempotencyKey'))

it('every mutation takes a key, or has a reason to take none', () => {
  const keyed = KEYED.map(({ field }) => field.name)
  expect([...keyed, ...Object.keys(WITHOUT_KEY)].toSorted()).toEqual(MUTATIONS.map(({ field }) => field.name).toSorted())
})

describe.each(KEYED.map((operation) => [operation.field.name, operation] as const))('%s', (name, operation) => {
  const makeArgs = (): Promise<Args> => Promise.resolve(REQUIREMENTS[`Mutation.${name}`]?.args?.(world, world.place) ?? {})

  it('is performed once for 8 requests at the same time', async () => {
    const args = { ...(await makeArgs()), idempotencyKey: randomUUID() }
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(operation, args)))
    for (const { codes } of answers) expect(codes).toEqual([])
    const [first] = answers
    for (const answer of answers) expect(withoutSecrets(answer)).toBe(withoutSecrets(first as Answer))
    const secrets = answers.flatMap(secretsOf)
    expect(secrets).toHaveLength(MAKES_SECRET.includes(name) ? 1 : 0)
    const before = await digestOf(world)
    expect(withoutSecrets(await ask(operation, args))).toBe(withoutSecrets(first as Answer))
    expect(await digestOf(world)).toBe(before)
  })

  it('refuses the key with other arguments and with another mutation', async () => {
    const key = { idempotencyKey: randomUUID() }
    const args = await makeArgs()
    expect((await ask(operation, { ...args, ...key })).codes).toEqual([])
    const before = await digestOf(world)
    const changed = changeArgs(name, args)
    expect((await ask(operation, { ...changed, ...key })).codes).toEqual(['CONFLICT'])
    const other = KEYED.find((each) => each.field.name === (name === 'createOrganization' ? 'createGraph' : 'createOrganization'))
    const otherArgs = name === 'createOrganization' ? { name: 'New', document: { nodes: [] } } : { name: 'Other' }
    expect((await ask(other as Operation, { ...otherArgs, ...key })).codes).toEqual(['CONFLICT'])
    expect(await digestOf(world)).toBe(before)
  })

  it('is performed again after 24 hours, and for another user', async () => {
    const idempotencyKey = randomUUID()
    const args = await makeArgs()
    await ask(operation, { ...args, idempotencyKey })
    await world.pool.query(`update idempotency_key set created_at = now() - interval '25 hours'`)
    const [again, byOther] = [await makeArgs(), await makeArgs()]
    expect((await ask(operation, { ...again, idempotencyKey })).codes).toEqual([])
    const other = await callerOf(world, world.members.ADMIN)
    expect((await send(world.runtime, other, operation, { ...byOther, idempotencyKey })).codes).toEqual([])
  })
})

it('a request that fails does not use its key', async () => {
  const operation = find('createGraph')
  const idempotencyKey = randomUUID()
  expect((await ask(operation, { name: '', document: { nodes: [] }, idempotencyKey })).codes).toEqual(['BAD_INPUT'])
  expect((await ask(operation, { name: 'Fixed', document: { nodes: [] }, idempotencyKey })).codes).toEqual([])
})

it.each(['', 'x'.repeat(256)])('rejects a key of invalid length: %j', async (idempotencyKey) => {
  expect((await ask(find('createOrganization'), { name: 'New', idempotencyKey })).codes).toEqual(['BAD_INPUT'])
})

it('does not perform a request again that was interrupted', async () => {
  const args = { name: 'Interrupted', idempotencyKey: randomUUID() }
  await ask(find('createOrganization'), args)
  await world.pool.query(`update idempotency_key set result = null, running_until = now() where user_id = $1`, [
    world.place.ownerId,
  ])
  const before = await digestOf(world)
  const { codes, text } = await ask(find('createOrganization'), args)
  expect(codes).toEqual(['CONFLICT'])
  expect(text).toContain('interrupted')
  expect(await digestOf(world)).toBe(before)
})

it('a result that was deleted is not found, and not made again', async () => {
  const args = { name: 'Deleted', document: { nodes: [] }, idempotencyKey: randomUUID() }
  await ask(find('createGraph'), args)
  const { rows } = await world.pool.query<{ id: string }>(`select id from graph where name = 'Deleted'`)
  await world.runtime.graphs.delete(
    [world.place.ownerId],
    rows.map(({ id }) => id),
  )
  expect((await ask(find('createGraph'), args)).codes).toEqual(['NOT_FOUND'])
})

it('keys are shared by all gateways, and not stored', async () => {
  const gateway = await createTestRuntime({ databaseUrl: world.runtime.database.url, role: 'gateway', pluginRoots: [] })
  const args = { name: 'Shared', idempotencyKey: `secret ${randomUUID()}` }
  const caller = await callerOf(world, world.place.ownerId)
  const answers = await Promise.all(
    [world.runtime, gateway].flatMap((runtime) => [1, 2, 3].map(() => send(runtime, caller, find('createOrganization'), args))),
  )
  await gateway.close()
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const { rows } = await world.pool.query('select * from idempotency_key')
  expect(JSON.stringify(rows)).not.toContain(args.idempotencyKey)
})

/** Mutations whose first answer has a secret. */
const MAKES_SECRET = ['createApiKey', 'inviteMember']

async function ask(operation: Operation, args: Args): Promise<Answer> {
  return send(world.runtime, await callerOf(world, world.place.ownerId), operation, args)
}

function find(name: string): Operation {
  const found = KEYED.find(({ field }) => field.name === name)
  if (!found) throw new Error(`no such mutation: ${name}`)
  return found
}

const SECRET = /"(?:secret|token)":"[^"]+"/g

function secretsOf({ text }: Answer): string[] {
  return text.match(SECRET) ?? []
}

/** The state of an execution may change between two answers. */
function withoutSecrets({ text }: Answer): string {
  return text
    .replaceAll(/"(?:secret|token)":(?:"[^"]+"|null)/g, '')
    .replaceAll(/"(?:status|[a-zA-Z]*At|[a-zA-Z]*Count)":[^,}]+/g, '')
}

/** Other arguments of which no object is needed. */
function changeArgs(name: string, args: Args): Args {
  if (name === 'startExecution' || name === 'runGraph') return { ...args, inputs: { name: 'Eve' } }
  if (name === 'createOrganization') return { name: 'Changed' }
  return name === 'acceptInvitation' ? { token: 'changed' } : toUnknown(args)
}
