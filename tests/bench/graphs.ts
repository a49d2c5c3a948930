/** Blocks one after the other; each computes the same, and starts when the one before has its result. */
export function chainOfFib(length: number, n: number): unknown {
  return chain(length, () => ({ block: 'bench/fib', inputs: { n } }), { from: 'result', to: 'after' })
}

/** Blocks that hand a value on, and nothing else. */
export function chainOfNoOps(length: number): unknown {
  return chain(length, (i) => ({ block: 'bench/no-op', inputs: i === 0 ? { value: 'hello' } : {} }), {
    from: 'value',
    to: 'value',
  })
}

function chain(
  length: number,
  blockAt: (index: number) => { block: string; inputs: Record<string, unknown> },
  { from, to }: { from: string; to: string },
): unknown {
  const nodes = Array.from({ length }, (_, i) => ({ id: `n${i}`, ...blockAt(i) }))
  const links = nodes.slice(1).map(({ id }, i) => ({ from: `n${i}.${from}`, to: `${id}.${to}` }))
  return { nodes, links }
}

/** One block yields values, one takes each of them, and the graph's output collects what comes out. */
export function fanOut(count: number): unknown {
  return {
    nodes: [
      { id: 'fan', block: 'bench/fan-out', inputs: { count } },
      { id: 'each', block: 'bench/no-op' },
      { id: 'join', block: 'io/output', inputs: { name: 'items' } },
    ],
    links: [
      { from: 'fan.item', to: 'each.value' },
      { from: 'each.value', to: 'join.value' },
    ],
  }
}

/** Does nothing for so long. */
export function waiting(seconds: number): unknown {
  return { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds } }] }
}

/** A graph whose only node runs another. */
export function parentOf(graphId: string): unknown {
  return { nodes: [{ id: 'child', block: 'io/graph', inputs: { graph_id: graphId } }] }
}
