// On this page, the value "newest" of a variable means an id that an example needs.

/** For each variable: the query that finds its id, and where its answer contains the object. */
const NEWEST = {
  graphId: ['{ graphs(first: 1) { edges { node { id } } } }', ({ graphs }) => graphs.edges[0]],
  executionId: ['{ executions(first: 1) { edges { node { id } } } }', ({ executions }) => executions.edges[0]],
}

/** @param request sends an operation and resolves to its answer */
export async function resolveNewest(variables, request) {
  const resolved = { ...variables }
  for (const [name, [query, find]] of Object.entries(NEWEST)) {
    if (resolved[name] !== 'newest') continue
    const { data } = await request({ query })
    const edge = data && find(data)
    if (edge) resolved[name] = edge.node.id
  }
  return resolved
}
