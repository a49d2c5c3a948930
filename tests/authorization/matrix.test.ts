import type { Caller } from '@ashlar/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapIds, OPERATIONS, send, toUnknown, type Answer, type Args } from './requests.ts'
import { REQUIREMENTS, type Requirement } from './requirements.ts'
import { ACCOUNT_ROLES, callerOf, createWorld, digestOf, makeGraph, type Place, type World } from './world.ts'

// Every operation of the schema is sent by every role, with and without its scope, for an object of an account of the
// caller, of another account, and for one that does not exist.

let world: World
beforeAll(async () => {
  world = await createWorld()
}, 60_000)
afterAll(() => world.close())

it('every operation has a requirement', () => {
  expect(Object.keys(REQUIREMENTS).toSorted()).toEqual(OPERATIONS.map(({ name }) => name).toSorted())
})

it('docs/permissions.md lists what each operation requires', async () => {
  const rows = OPERATIONS.map(({ name, scope }) => {
    const { role = 'USER', scope: own } = REQUIREMENTS[name] ?? {}
    const isOfObject = own !== undefined && name.startsWith('Query.')
    const required = scope === 'ANY' ? own : scope
    const shown = isOfObject ? 'that of the object' : required === undefined ? 'none' : `\`${required}\``
    return [`\`${name}\``, shown, ROLE_NAMES[role] ?? role]
  })
  const page = `${INTRODUCTION}\n\n${toTable([['operation', 'scope', 'role'], ...rows])}\n`
  await expect(page).toMatchFileSnapshot('../../docs/permissions.md')
})

const ROWS = OPERATIONS.flatMap((operation) => {
  const requirement = REQUIREMENTS[operation.name]
  return requirement ? [[operation.name, operation, requirement] as const] : []
})

describe.each(ROWS)('%s', (_name, operation, requirement) => {
  const scope = operation.scope === 'ANY' ? requirement.scope : operation.scope
  const makeArgs = (place: Place): Promise<Args> => Promise.resolve(requirement.args?.(world, place) ?? {})
  const ask = (caller: Caller, args: Args): Promise<Answer> => send(world.runtime, caller, operation, args)

  it.each(candidatesOf(requirement))('the answer to %s is: %s', async (role, expected) => {
    const isPermitted = expected === 'permitted'
    const caller = await callerFor(role)
    const args = await makeArgs({ ...world.place, userId: caller.user.id })
    const answer = isPermitted ? await ask(caller, args) : await askInVain(() => ask(caller, args))
    expect(answer).toSatisfy(({ codes }: Answer) => (isPermitted ? isSuccess(answer, requirement) : codes.includes('FORBIDDEN')))
  })

  it('needs its scope, and no other', async () => {
    const caller = await callerFor(permittedRole(requirement))
    const place = { ...world.place, userId: caller.user.id }
    const only = await ask(
      { ...caller, scopes: new Set(scope === undefined ? [] : [scope]) as Caller['scopes'] & {} },
      await makeArgs(place),
    )
    expect(only).toSatisfy((answer: Answer) => isSuccess(answer, requirement))
    if (scope === undefined) return
    const others = ALL_SCOPES.filter((each) => each !== scope)
    const args = await makeArgs(place)
    const without = await askInVain(() => ask({ ...caller, scopes: new Set(others) as Caller['scopes'] & {} }, args))
    expect(without.codes).toContain('FORBIDDEN')
  })

  if (requirement.hasNoTarget) return

  it('answers to a foreign object as to an unknown one', async () => {
    const caller = await callerFor(permittedRole(requirement))
    const args = await makeArgs(world.foreignPlace)
    const foreign = await askInVain(() => ask(caller, args))
    expect(foreign.hasResult).toBe(false)
    expect(foreign.text).toBe((await ask(caller, toUnknown(args))).text)
  })

  it('answers to a key of another account as to an unknown object', async () => {
    const caller = await callerFor(permittedRole(requirement))
    const args = await makeArgs({ ...world.place, userId: caller.user.id })
    const limited = { ...caller, accountIds: new Set([caller.user.id]), roles: new Map([[caller.user.id, 'OWNER' as const]]) }
    const answer = await askInVain(() => ask(limited, args))
    expect(answer.text).toBe((await ask(limited, toUnknown(args))).text)
  })

  it('answers to a key of another graph as to an unknown object', async () => {
    const caller = await callerFor(permittedRole(requirement))
    const args = await makeArgs({ ...world.place, userId: caller.user.id })
    if (!isOfGraph(args)) return
    const limited = { ...caller, graphIds: new Set([toId(await makeGraph(world, world.place))]) }
    const answer = await askInVain(() => ask(limited, args))
    expect(answer.hasResult).toBe(false)
    expect(answer.text).toBe((await ask(limited, toUnknown(args))).text)
  })
})

const ALL_SCOPES = [
  ...new Set([...OPERATIONS.map(({ scope }) => scope).filter((scope) => scope !== 'ANY'), 'READ_GRAPHS', 'ADMIN']),
]
const USER_ROLES = [...ACCOUNT_ROLES, 'INSTALLATION_OWNER'] as const
type UserRole = (typeof USER_ROLES)[number]

/** The users to test, and whether they may use the operation. The OWNER of the installation is in no other account. */
function candidatesOf({ role }: Requirement): [UserRole, 'permitted' | 'FORBIDDEN'][] {
  if (role === 'INSTALLATION_OWNER')
    return [
      ['OWNER', 'FORBIDDEN'],
      ['INSTALLATION_OWNER', 'permitted'],
    ]
  const lowest = role === 'USER' ? 0 : ACCOUNT_ROLES.indexOf(role)
  return ACCOUNT_ROLES.map((each, rank) => [each, rank < lowest ? 'FORBIDDEN' : 'permitted'])
}

/** The lowest role that may use the operation. */
function permittedRole({ role }: Requirement): UserRole {
  return role === 'USER' ? 'VIEWER' : role
}

function callerFor(role: UserRole): Promise<Caller> {
  return callerOf(world, role === 'INSTALLATION_OWNER' ? world.runtime.ownerId : world.members[role])
}

function isSuccess({ codes, hasResult }: Answer, { mayFailWith = [] }: Requirement): boolean {
  return codes.length === 0 ? hasResult : codes.every((code) => mayFailWith.includes(code))
}

/** Sends a request that must change nothing. */
async function askInVain(ask: () => Promise<Answer>): Promise<Answer> {
  const before = await digestOf(world)
  const answer = await ask()
  expect(await digestOf(world)).toBe(before)
  return answer
}

/** Whether all objects in the arguments belong to a graph. */
function isOfGraph(args: Args): boolean {
  const types: string[] = []
  mapIds(args, (id) => {
    types.push(Buffer.from(id, 'base64url').toString().split(':')[0] ?? '')
    return id
  })
  return types.every((type) => ['Graph', 'GraphVersion', 'Execution', 'NodeExecution'].includes(type))
}

function toId(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? ''
}

const INTRODUCTION = `# Permissions

What each operation of the API requires: the scope of the key, and the lowest role of the user in the account of the
object. The plugins of the installation require its OWNER and the scope \`ADMIN\`. A foreign object is answered like an
unknown one. See [accounts.md](accounts.md) for roles and scopes. This page is generated from
\`tests/authorization/requirements.ts\`, whose test sends each operation with every role and scope.`

const ROLE_NAMES: Record<string, string> = { USER: 'every user', INSTALLATION_OWNER: 'OWNER of the installation' }

function toTable(rows: readonly string[][]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const toLine = (row: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, fill)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [toLine(head, ' '), toLine([], '-'), ...body.map((row) => toLine(row, ' '))].join('\n')
}
