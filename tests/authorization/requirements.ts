import {
  callerOf,
  DOCUMENT,
  makeCredential,
  makeExecution,
  makeFailedExecution,
  makeGraph,
  makeInvitation,
  makeKey,
  makeMember,
  makeSession,
  makeWaitingExecution,
  type AccountRole,
  type Place,
  type World,
} from './world.ts'
import { encodeId, query, type Args } from './requests.ts'

/** What an operation requires, besides the scope that the schema declares. */
export interface Requirement {
  /**
   * The lowest role in the account of the object. `USER`: every user may use the operation. `INSTALLATION_OWNER`: the
   * OWNER of the installation, whatever accounts the user has.
   */
  role: AccountRole | 'USER' | 'INSTALLATION_OWNER'
  /** A scope that the object of the operation requires, for operations that require none themselves. */
  scope?: string
  /** Makes the objects of the operation, and returns its arguments. @default no arguments */
  args?(world: World, place: Place): Args | Promise<Args>
  /** The codes that a permitted request may have, because the test has no service or file for it. @default none */
  mayFailWith?: readonly string[]
  /** Why a foreign object is not tested: nothing in the arguments belongs to an account. */
  hasNoTarget?: true
}

const account = (_world: World, { accountId }: Place): Args => ({ accountId: encodeId('Account', accountId) })
const inAccount =
  (args: Args) =>
  (world: World, place: Place): Args => ({ ...account(world, place), ...args })
const graph =
  (args: Args = {}, name = 'graphId') =>
  async (world: World, place: Place): Promise<Args> => ({ [name]: await makeGraph(world, place), ...args })
const execution =
  (make = makeExecution, args: Args = {}) =>
  async (world: World, place: Place): Promise<Args> => ({ executionId: await make(world, place), ...args })
const filter = { filter: { statuses: ['FAILED'] }, dryRun: true }
const secret = { hostScoped: { headers: { 'x-key': 'secret' } } }
const installArgs = (world: World, place: Place): Args => ({ ...pluginArgs(), ...account(world, place) })
const pluginArgs = (): Args => ({ packageName: 'ashlar-plugin-unknown' })
const noPlugin = { args: pluginArgs, hasNoTarget: true, mayFailWith: ['NOT_FOUND', 'BAD_INPUT', 'PLUGIN_NOT_FOUND'] } as const

/**
 * Each operation of the schema. A new operation needs a line here, which states who may use it. The test then compares
 * the answers to every role, to keys with and without the scope, and to users of another account.
 */
export const REQUIREMENTS: Record<string, Requirement> = {
  'Query.account': { role: 'VIEWER', args: (_world, { accountId }) => ({ id: encodeId('Account', accountId) }) },
  'Query.block': { role: 'VIEWER', args: inAccount({ name: 'io/input' }) },
  'Query.blocks': { role: 'VIEWER', args: account },
  'Query.credentials': { role: 'EDITOR', args: account },
  'Query.diffExecutions': {
    role: 'VIEWER',
    args: async (...at) => ({ a: await makeExecution(...at), b: await makeExecution(...at) }),
  },
  'Query.diffGraphVersions': {
    role: 'VIEWER',
    args: async (...at) => ({ a: await versionOf(...at), b: await versionOf(...at) }),
  },
  'Query.execution': { role: 'VIEWER', args: async (...at) => ({ id: await makeExecution(...at) }) },
  'Query.executions': { role: 'VIEWER', args: account },
  'Query.graph': { role: 'VIEWER', args: graph({}, 'id') },
  'Query.graphConversions': { role: 'VIEWER', args: inAccount({ document: DOCUMENT }) },
  'Query.graphWarnings': { role: 'VIEWER', args: inAccount({ document: DOCUMENT }) },
  'Query.graphs': { role: 'VIEWER', args: account },
  'Query.node': { role: 'VIEWER', scope: 'READ_GRAPHS', args: graph({}, 'id') },
  'Query.nodeExecution': { role: 'VIEWER', args: async (...at) => ({ id: await nodeExecutionOf(...at) }) },
  'Query.nodes': { role: 'VIEWER', scope: 'READ_GRAPHS', args: async (...at) => ({ ids: [await makeGraph(...at)] }) },
  'Query.plugin': { role: 'VIEWER', args: inAccount({ packageName: '@ashlar/plugin-io' }) },
  'Query.plugins': { role: 'VIEWER', args: account },
  'Query.provider': { role: 'VIEWER', args: inAccount({ name: 'http/host' }) },
  'Query.providers': { role: 'VIEWER', args: account },
  'Query.sandbox': { role: 'USER', hasNoTarget: true },
  'Query.searchBlocks': { role: 'VIEWER', args: inAccount({ query: 'text' }) },
  'Query.suggestBlocks': { role: 'VIEWER', args: inAccount({ fromPin: { block: 'text/split', pin: 'texts' } }) },
  'Query.validateGraph': { role: 'VIEWER', args: inAccount({ document: DOCUMENT }) },
  'Query.viewer': { role: 'USER', hasNoTarget: true },

  'Mutation.acceptInvitation': {
    role: 'USER',
    args: async (world) => ({ token: (await makeInvitation(world, await world.createPlace('New'))).token }),
    hasNoTarget: true,
  },
  'Mutation.activateGraphVersion': { role: 'EDITOR', args: graph({ version: 1 }) },
  'Mutation.addCredential': { role: 'EDITOR', args: (...at) => addCredential(...at) },
  'Mutation.cancelExecution': { role: 'EDITOR', args: execution(makeWaitingExecution) },
  'Mutation.cancelExecutions': { role: 'EDITOR', args: inAccount(filter) },
  'Mutation.createApiKey': {
    role: 'VIEWER',
    args: (_world, { accountId }) => ({ name: 'CI', scopes: ['MANAGE_ACCOUNT'], accountIds: [encodeId('Account', accountId)] }),
  },
  'Mutation.createGraph': { role: 'EDITOR', args: inAccount({ name: 'New', document: DOCUMENT }) },
  'Mutation.createOrganization': { role: 'USER', args: () => ({ name: 'New' }), hasNoTarget: true },
  'Mutation.deleteCredential': { role: 'EDITOR', args: async (...at) => ({ credentialId: await makeCredential(...at) }) },
  'Mutation.deleteGraphs': { role: 'EDITOR', args: async (...at) => ({ graphIds: [await makeGraph(...at)] }) },
  'Mutation.endBrowserSession': {
    role: 'USER',
    args: async (world, { userId }) => ({ browserSessionId: await makeSession(world, userId) }),
  },
  'Mutation.endOtherBrowserSessions': { role: 'USER', hasNoTarget: true },
  'Mutation.exportGraph': { role: 'VIEWER', args: graph() },
  'Mutation.forkGraph': { role: 'EDITOR', args: graph() },
  'Mutation.importGraph': { role: 'EDITOR', args: inAccount({ document: DOCUMENT, name: 'Imported' }) },
  'Mutation.inspectDevPlugin': { role: 'INSTALLATION_OWNER', ...noPlugin },
  'Mutation.installPlugin': { role: 'ADMIN', scope: 'MANAGE_ACCOUNT', args: installArgs, mayFailWith: ['NOT_FOUND'] },
  'Mutation.inviteMember': { role: 'ADMIN', args: inAccount({ role: 'VIEWER' }) },
  'Mutation.publishPlugin': {
    role: 'USER',
    args: () => ({ tarball: Buffer.from('none').toString('base64') }),
    hasNoTarget: true,
    mayFailWith: ['TARBALL_INVALID'],
  },
  'Mutation.removeDevPlugin': { role: 'INSTALLATION_OWNER', ...noPlugin },
  'Mutation.removeMember': { role: 'ADMIN', args: async (...at) => ({ memberId: await makeMember(...at) }) },
  'Mutation.renewDevPlugin': { role: 'INSTALLATION_OWNER', ...noPlugin },
  'Mutation.replayExecution': { role: 'EDITOR', args: execution(makeExecution, { nodeId: 'out' }) },
  'Mutation.retryExecution': { role: 'EDITOR', args: execution(makeFailedExecution) },
  'Mutation.retryExecutions': { role: 'EDITOR', args: inAccount(filter) },
  'Mutation.revokeApiKey': { role: 'USER', args: async (world, { userId }) => ({ apiKeyId: await makeKey(world, userId) }) },
  'Mutation.revokeInvitation': { role: 'ADMIN', args: async (...at) => ({ invitationId: (await makeInvitation(...at)).id }) },
  'Mutation.runBlock': { role: 'EDITOR', args: inAccount({ block: 'io/input', inputs: { name: 'name', value: 'Ada' } }) },
  'Mutation.runGraph': { role: 'EDITOR', args: graph({ waitSeconds: 0 }) },
  'Mutation.saveGraphVersion': { role: 'EDITOR', args: graph({ basedOn: 1, document: { ...DOCUMENT, links: [] } }) },
  'Mutation.scanPlugins': { role: 'INSTALLATION_OWNER', hasNoTarget: true },
  'Mutation.setDevPlugin': {
    role: 'INSTALLATION_OWNER',
    ...noPlugin,
    args: () => ({ ...pluginArgs(), version: '1.0.0', bundle: Buffer.from('none').toString('base64') }),
  },
  'Mutation.setPluginVersion': {
    role: 'ADMIN',
    scope: 'MANAGE_ACCOUNT',
    args: (world, place) => ({ ...installArgs(world, place), version: '1.0.0' }),
    mayFailWith: ['NOT_FOUND'],
  },
  'Mutation.startAuthorization': { role: 'EDITOR', args: inAccount({ provider: 'http/host' }), mayFailWith: ['BAD_INPUT'] },
  'Mutation.startExecution': { role: 'EDITOR', args: graph() },
  'Mutation.transferGraph': {
    role: 'ADMIN',
    args: async (world, place) => ({ graphId: await makeGraph(world, place), ...account(world, place) }),
    mayFailWith: ['BAD_INPUT', 'CONFLICT'],
  },
  'Mutation.uninstallPlugin': { role: 'ADMIN', scope: 'MANAGE_ACCOUNT', args: installArgs, mayFailWith: ['NOT_FOUND'] },
  'Mutation.updateCredential': { role: 'EDITOR', args: async (...at) => ({ credentialId: await makeCredential(...at), secret }) },
  'Mutation.updateGraph': { role: 'EDITOR', args: graph({ name: 'Renamed' }) },
  'Mutation.updateMember': { role: 'ADMIN', args: async (...at) => ({ memberId: await makeMember(...at), role: 'EDITOR' }) },
  'Mutation.upgradeGraph': { role: 'EDITOR', args: graph() },

  'Subscription.blocksChanged': { role: 'VIEWER', args: account },
  'Subscription.executionEvents': { role: 'VIEWER', args: execution() },
  'Subscription.executionsChanged': { role: 'VIEWER', args: account },
}

let names = 0

function addCredential(...at: [World, Place]): Args {
  return { ...account(...at), provider: 'http/host', name: `added ${names++}`, hosts: ['a.example'], secret }
}

async function versionOf(world: World, place: Place): Promise<string> {
  const { id } = await world.runtime.graphs.create(place.accountId, { name: 'Version', document: DOCUMENT })
  const { rows } = await world.pool.query<{ id: string }>('select id from graph_version where graph_id = $1', [id])
  return encodeId('GraphVersion', rows[0]?.id ?? '')
}

async function nodeExecutionOf(world: World, place: Place): Promise<string> {
  const id = await makeExecution(world, place)
  const data = await query(
    world.runtime,
    await callerOf(world, place.ownerId),
    'query ($id: ID!) { node(id: $id) { ... on Execution { nodeExecutions { edges { node { id } } } } } }',
    { id },
  )
  return (data as { node: { nodeExecutions: { edges: { node: { id: string } }[] } } }).node.nodeExecutions.edges[0]?.node.id ?? ''
}
