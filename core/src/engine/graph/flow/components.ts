/**
 * The sets of vertices that reach each other: Tarjan's algorithm, without recursion.
 *
 * @param next the vertices to which a vertex leads; those that are not among `all` are ignored
 * @returns components in topological order; the vertices of each in the given order
 */
export function stronglyConnected<Vertex>(all: readonly Vertex[], next: (vertex: Vertex) => Iterable<Vertex>): Vertex[][] {
  const places = new Map(all.map((vertex, i) => [vertex, i]))
  const [indexes, lows] = [new Map<Vertex, number>(), new Map<Vertex, number>()]
  const open: Vertex[] = []
  const isOpen = new Set<Vertex>()
  const components: Vertex[][] = []
  const enter = (vertex: Vertex): Frame<Vertex> => {
    indexes.set(vertex, indexes.size)
    lows.set(vertex, indexes.size - 1)
    open.push(vertex)
    isOpen.add(vertex)
    return { vertex, left: next(vertex)[Symbol.iterator]() }
  }
  const lower = (vertex: Vertex, low: number | undefined): void => {
    if (low !== undefined && low < (lows.get(vertex) ?? 0)) lows.set(vertex, low)
  }
  const leave = (vertex: Vertex): void => {
    if (lows.get(vertex) !== indexes.get(vertex)) return
    const component = open.splice(open.lastIndexOf(vertex))
    for (const each of component) isOpen.delete(each)
    components.push(component.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)))
  }
  for (const root of all) {
    const frames = indexes.has(root) ? [] : [enter(root)]
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const { value: sink, done } = frame.left.next()
      if (done === true) {
        frames.pop()
        leave(frame.vertex)
        const parent = frames.at(-1)
        if (parent) lower(parent.vertex, lows.get(frame.vertex))
      } else if (places.has(sink)) {
        if (!indexes.has(sink)) frames.push(enter(sink))
        else if (isOpen.has(sink)) lower(frame.vertex, indexes.get(sink))
      }
    }
  }
  return components.toReversed()
}

interface Frame<Vertex> {
  vertex: Vertex
  left: Iterator<Vertex, unknown>
}
