/** A chain of blocks that compute the same. Each starts when the previous block has its result. */
export function chainOfFib(length: number, n: number): unknown {
  return chain(length, () => ({ block: 'bench/fib', inputs: { n } }), { from: 'result', to: 'after' })
}

/** A chain of blocks that only pass a value on. */
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

/** One block yields values, a second block receives each value, and the graph's output collects the results. */
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

/**
 * A loop over numbers, with three blocks for each number.
 *
 * @param pairing with `TAGGED`, a fourth block collects the results
 */
export function loop(count: number, pairing: 'TAGGED' | 'FIFO'): unknown {
  const steps = ['a', 'b', 'c'].map((id) => ({ id, block: 'bench/no-op' }))
  const links = [
    { from: 'fan.item', to: 'a.value' },
    { from: 'a.value', to: 'b.value' },
    { from: 'b.value', to: 'c.value' },
  ]
  const settings = { pairing, budget: 1_000_000, concurrency: 64 }
  const fan = { id: 'fan', block: 'bench/fan-out', inputs: { count } }
  if (pairing === 'FIFO') return { ...settings, nodes: [fan, ...steps], links }
  const collect = { id: 'collect', block: 'list/collect' }
  return { ...settings, nodes: [fan, ...steps, collect], links: [...links, { from: 'c.value', to: 'collect.item' }] }
}

/** A graph that only waits. */
export function waiting(seconds: number): unknown {
  return { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds } }] }
}

/** A graph whose only node runs another graph. */
export function parentDocument(graphId: string): unknown {
  return { nodes: [{ id: 'child', block: 'io/graph', inputs: { graph_id: graphId } }] }
}
