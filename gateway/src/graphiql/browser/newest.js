// On this page, the value "newest" of a variable means the id of the newest object.

/** The queries that find the ids, by the name of the variable. */
const NEWEST = {
  graphId: '{ found: graphs(first: 1) { edges { node { id } } } }',
  executionId: '{ found: executions(first: 1) { edges { node { id } } } }',
}

/** @param request sends an operation and resolves to its answer */
export async function resolveNewest(variables, request) {
  const resolved = { ...variables }
  for (const [name, query] of Object.entries(NEWEST)) {
    if (resolved[name] !== 'newest') continue
    const { data } = await request({ query })
    resolved[name] = data?.found.edges[0]?.node.id ?? 'newest'
  }
  return resolved
}
