import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { AccountType } from '../refs/accounts.ts'
import { parseExecutionFilter } from '../refs/execution-filter.ts'
import { ExecutionList } from '../refs/executions.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphList, GraphType, GraphVersionList, GraphVersionType } from '../refs/graphs.ts'

builder.objectType(GraphType, {
  description: 'A saved program of nodes and links. It has versions, of which one is active.',
  fields: (t) => ({
    account: t.field({
      type: AccountType,
      nullable: true,
      description: 'The account that owns the graph.',
      resolve: ({ ownerId }) => ownerId,
    }),
    name: t.exposeString('name', { description: 'The name, 1 to 200 characters. Several graphs can have the same name.' }),
    description: t.exposeString('description', { description: 'For people. May be empty.' }),
    labels: t.exposeStringList('labels', { description: 'Labels by which lists of graphs are filtered, at most 20.' }),
    activeVersion: t.field({
      type: GraphVersionType,
      nullable: true,
      description: 'The version that an execution runs by default.',
      resolve: ({ activeVersionId }) => activeVersionId,
    }),
    forkedFrom: t.field({
      type: GraphVersionType,
      nullable: true,
      description: 'The version of which the graph is a copy. Null if it is not a copy.',
      resolve: ({ forkedFromId }) => forkedFromId,
    }),
    versions: GraphVersionList.field(t, {
      description: 'The versions of the graph, newest first.',
      loadMany: (graphIds, request, { api }) => api.graphs.versionsOf(graphIds, request),
    }),
    executions: ExecutionList.field(t, {
      description: 'The executions of the graph, newest first.',
      loadMany: (graphIds, request, { api }) =>
        api.executions.listOfGraphs(graphIds, { ...request, filter: parseExecutionFilter(request.filter) }),
    }),
    export: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The content of the file that `exportGraph` returns and `importGraph` reads: `{ name, description, labels, document, graphs }`, with the document of the active version and the graphs that it runs.',
      resolve: (graph, _args, { runtime }) => runtime.interchange.toFile(graph),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the graph was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the graph was last changed.' }),
  }),
})

builder.objectFields(AccountType, (t) => ({
  graphs: GraphList.field(t, {
    description: 'Its graphs, newest first.',
    loadMany: (accountIds, request, { api }) => api.graphs.listOfAccounts(accountIds, request),
    getParentId: ({ account }) => account.id,
  }),
  executions: ExecutionList.field(t, {
    description: 'Its executions, newest first.',
    loadMany: (accountIds, request, { api }) =>
      api.executions.listOfAccounts(accountIds, { ...request, filter: parseExecutionFilter(request.filter) }),
    getParentId: ({ account }) => account.id,
  }),
}))

builder.queryFields((t) => ({
  graphs: GraphList.rootField(t, {
    scope: 'READ_GRAPHS',
    description: 'The graphs of an account, newest first.',
    args: { accountId: t.arg.id(describeAccountId('The account.')) },
    load: (_root, request, { api }, { accountId }) => api.graphs.list({ ...request, accountId: parseAccountId(accountId) }),
  }),
  graph: t.field({
    scope: 'READ_GRAPHS',
    type: GraphType,
    nullable: true,
    description: 'A graph by its id. Null if you have no graph with this id.',
    args: { id: t.arg.id({ required: true, description: 'Global id of the graph.' }) },
    resolve: async (_root, { id }, { api }) => {
      const graphId = parseGlobalId(id, 'Graph', 'id')
      return (await api.graphs.find([graphId])).get(graphId)
    },
  }),
}))
