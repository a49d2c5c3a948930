// On this page, the value "newest" of a variable means an id that an example needs.

const EXECUTIONS = '{ executions(first: 2) { edges { node { id } } } }'
const VERSIONS = '{ graphs(first: 1) { edges { node { versions(first: 2) { edges { node { id } } } } } } }'

/** For each variable: the query that finds its id, and where its answer contains the object. */
const NEWEST = {
  graphId: ['{ graphs(first: 1) { edges { node { id } } } }', ({ graphs }) => graphs.edges[0]],
  olderVersionId: [VERSIONS, ({ graphs }) => graphs.edges[0]?.node.versions.edges[1]],
  newerVersionId: [VERSIONS, ({ graphs }) => graphs.edges[0]?.node.versions.edges[0]],
  failedExecutionId: [
    '{ executions(first: 1, filter: { statuses: [FAILED] }) { edges { node { id } } } }',
    ({ executions }) => executions.edges[0],
  ],
  executionId: [EXECUTIONS, ({ executions }) => executions.edges[0]],
  newerExecutionId: [EXECUTIONS, ({ executions }) => executions.edges[0]],
  olderExecutionId: [EXECUTIONS, ({ executions }) => executions.edges[1]],
}

/** @param request sends an operation and resolves to its answer @throws {Error} if there is no such object yet */
export async function resolveNewest(variables, request) {
  const resolved = { ...variables }
  for (const [name, [query, find]] of Object.entries(NEWEST)) {
    if (resolved[name] !== 'newest') continue
    const { data, errors } = await request({ query })
    const edge = data && find(data)
    if (!edge)
      throw new Error(errors?.[0].message ?? `There is no object for "${name}" yet. Run the examples before this one first.`)
    resolved[name] = edge.node.id
  }
  return resolved
}
