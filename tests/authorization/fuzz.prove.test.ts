import { randomUUID } from 'node:crypto'
import { tokenIssuersSchema, createGateway, type Gateway } from '@ashlar/gateway'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBadTokens, createKeys, createRandom, type Attacker, type TestTokens } from './attack.ts'
import { mapIds, OPERATIONS, toHttpBody, toUnknown, type Args, type Operation } from './requests.ts'
import { REQUIREMENTS } from './requirements.ts'
import { createWorld, DOCUMENT, ownedBy, type World } from './world.ts'

// A user without an account in common with the victim, and clients without a valid key, send operations with the ids of
// the victim's objects, changed ids, and ids of other types. No answer may contain anything of the victim, no
// unexpected error may occur, and nothing of the victim may change.

const REQUESTS = 10_000
const PARALLEL = 8
/** The names and the values of all objects of the victim contain it. */
const MARKER = `MARKER${randomUUID()}`

let world: World
let gateway: Gateway
let tokens: TestTokens
let attackers: Attacker[]
let url: string
const log: string[] = []
beforeAll(async () => {
  world = await createWorld()
  tokens = await createBadTokens()
  attackers = [...(await createKeys(world, world.place.ownerId)), ...tokens.attackers]
  gateway = createGateway({
    runtime: world.runtime,
    ownerKey: 'the-key-of-the-owner',
    trustedProxies: ['127.0.0.1'], // each request has another address, because failures are limited by address
    tokenIssuers: tokenIssuersSchema.parse([tokens.setting]),
    logger: { info: () => undefined, error: (message, error) => log.push(`${message} ${String(error)}`) },
  })
  url = await gateway.listen(0)
}, 60_000)
afterAll(async () => {
  await gateway.close()
  tokens.close()
  await world.close()
})

interface Target {
  operation: Operation
  args: Args
}

it('10 000 requests with foreign ids, and with invalid keys and tokens, reveal and change nothing', async () => {
  await markPlace()
  const targets: Target[] = []
  for (const operation of OPERATIONS.filter(({ type }) => type !== 'Subscription'))
    targets.push({ operation, args: (await REQUIREMENTS[operation.name]?.args?.(world, world.foreignPlace)) ?? {} })
  await markObjects()
  const before = await ownedBy(world, world.foreignPlace)
  expect(before).toContain(MARKER)

  const random = createRandom(20261201)
  const counts = { refused: 0, answered: 0 }
  const findings: string[] = []
  let sent = 0
  const send = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const { operation, args } = pick(targets, random)
      const attacker = pick(attackers, random)
      const changed = change(args, targets, random)
      const { status, text } = await post(attacker, sent++, operation, changed)
      counts[status === 200 ? 'answered' : 'refused']++
      const finding = check(attacker, status, text)
      if (finding) findings.push(`${finding}: ${attacker.name}, ${operation.name} ${JSON.stringify(changed)}: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, send))

  expect(findings).toEqual([])
  expect(log.filter((line) => !line.includes('was rejected'))).toEqual([])
  expect(await ownedBy(world, world.foreignPlace)).toBe(before)
  expect(counts.refused).toBeGreaterThan(REQUESTS / 4)
  expect(counts.answered).toBeGreaterThan(REQUESTS / 4)
})

it('the same requests of a member of the account reveal its objects', async () => {
  const [member] = await createKeys(world, world.foreignPlace.ownerId)
  const found: string[] = []
  for (const operation of OPERATIONS.filter(({ type }) => type === 'Query')) {
    const args = (await REQUIREMENTS[operation.name]?.args?.(world, world.foreignPlace)) ?? {}
    await markObjects()
    const { text } = await post(member as Attacker, 0, operation, args)
    expect(text).not.toContain('COST_EXCEEDED')
    if (text.includes(MARKER)) found.push(operation.field.name)
  }
  expect(found).toEqual(
    expect.arrayContaining(['account', 'credentials', 'execution', 'executions', 'graph', 'graphs', 'viewer']),
  )
})

async function markObjects(): Promise<void> {
  const values = [MARKER, world.foreignPlace.accountId]
  await world.pool.query('update graph set name = $1 where owner_id = $2', values)
  await world.pool.query(`update credential set name = id::text || $1 where owner_id = $2`, values)
}

/** Names the other account and its objects, and starts an execution with values. */
async function markPlace(): Promise<void> {
  const { accountId } = world.foreignPlace
  await world.pool.query('update account set name = $1 where id = $2', [MARKER, accountId])
  const graph = await world.runtime.graphs.create(accountId, { name: MARKER, description: MARKER, document: DOCUMENT })
  await world.runtime.executions.start(accountId, { graphId: graph.id, inputs: { name: MARKER } })
}

async function post(attacker: Attacker, number: number, operation: Operation, args: Args) {
  const { authorization } = attacker
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `10.${(number >> 16) % 256}.${(number >> 8) % 256}.${number % 256}`,
      ...(authorization !== undefined && { authorization }),
    },
    body: toHttpBody(operation, args),
  })
  return { status: response.status, text: await response.text() }
}

/** @returns what is wrong with an answer */
function check({ isKnown }: Attacker, status: number, text: string): string | undefined {
  if (text.includes(MARKER)) return 'it contains data of another account'
  if (/INTERNAL|Unexpected error|    at |node_modules|select .* from /.test(text)) return 'an unexpected error'
  if (status >= 500) return `status ${status}`
  if (!isKnown && (status === 200 || text.includes('"data"'))) return 'a client without a valid key was answered'
  return undefined
}

/** Keeps foreign ids, or replaces them with unknown ones, with ids of another type, or with broken ones. */
function change(args: Args, targets: readonly Target[], random: () => number): Args {
  const kind = random()
  if (kind < 0.5) return args
  if (kind < 0.7) return toUnknown(args)
  const ids: string[] = []
  mapIds(
    targets.map(({ args: each }) => each),
    (id) => {
      ids.push(id)
      return id
    },
  )
  if (kind < 0.85) return mapIds(args, () => pick(ids, random)) as Args
  return mapIds(args, (id) =>
    pick(['', '%', '\0', id.slice(0, -3), id + id, Buffer.from('User:1').toString('base64url')], random),
  ) as Args
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}
