import { toToolPin } from '../../../pins/index.ts'
import type { Action } from '../reference/index.ts'
import { sometimes, yieldDigest, type Builder, type Source } from './builder.ts'

/** A node that runs in steps, and the one or two nodes that it calls. */
export function addAgent(graph: Builder, path: readonly string[]): void {
  const { tape } = graph
  const source = graph.pickVisible(path)
  if (!source) return
  const tools = Array.from({ length: 1 + tape.below(2) }, () => addTool(graph, path))
  const steps = tape.below(4)
  const does = Array.from({ length: steps }, (_, step) => stepActions(graph, step, tools))
  const answer: Action = { when: at(steps), yield: 'out', value: { $digest: 'out' } }
  const fails: Action[] = tape.often(10) ? [{ when: sometimes('y', 4), fail: { $text: ['no ', { $digest: 'y' }] } }] : []
  const agent = graph.add('y', {
    inputs: { steps: { steps: true } },
    outputs: { ask: { step: true }, tools: {} },
    does: [...does.flat(), ...fails, answer],
  })
  graph.link(source, `${agent}.a`)
  for (const { id, pins } of tools) for (const pin of pins) graph.links.push({ from: `${agent}.tools`, to: `${id}.${pin}` })
  graph.offer(`${agent}.out`, source.path, [source])
  if (tape.often(20)) graph.offer(`${agent}.error`, source.path, [source])
}

interface Tool {
  id: string
  /** The pins that the agent fills. */
  pins: string[]
}

function addTool(graph: Builder, path: readonly string[]): Tool {
  const { tape } = graph
  const kind = tape.weighted({ pass: 4, fail: 2, sleep: 2, filter: 1, retry: 1 })
  const out = yieldDigest('out')
  const does: Record<typeof kind, Action[]> = {
    pass: [out],
    filter: [{ when: sometimes('w', 3), ...out }],
    sleep: [{ sleep: true }, out],
    fail: [
      { when: sometimes('w', 2), ...out },
      { when: sometimes('w', 3), fail: { $text: ['bad ', { $digest: 'w' }] } },
    ],
    retry: [
      out,
      { when: { not: { is: [{ $attempt: true }, 2] } }, fail: { $text: ['again ', { $digest: 'w' }] }, retryable: true },
    ],
  }
  const settings = kind === 'retry' ? { retry: { attempts: 1 + tape.below(3), backoffMs: 0 } } : {}
  const id = graph.add('w', { does: does[kind] }, tape.often(30) ? { a: 7 } : {}, settings)
  const beside: Source | undefined = tape.often(30) ? graph.pickVisible(path) : undefined
  if (beside) graph.link(beside, `${id}.c`)
  return { id, pins: tape.often(40) ? ['a', 'b'] : ['a'] }
}

function stepActions({ tape }: Builder, step: number, tools: readonly Tool[]): Action[] {
  const calls = tools.flatMap(({ id, pins }): Action[] => {
    const isNull = tape.often(10)
    const args = pins.map((pin): Action => {
      const value = isNull ? null : { $digest: [pin, { $k: 'item' }] }
      return { yield: toToolPin({ node: id, pin }), value }
    })
    return [{ when: at(step), each: { $range: tape.below(3) }, do: args }]
  })
  return [{ when: at(step), yield: 'ask', value: { $digest: 'ask' } }, ...calls]
}

function at(step: number): { is: [unknown, unknown] } {
  return { is: [{ $size: { $in: 'steps' } }, step] }
}

/** A node that calls another one. @param close collects the results */
export function addTools(
  graph: Builder,
  path: readonly string[],
  close: (scope: string, inner: readonly string[]) => void,
): void {
  const { tape } = graph
  const source = graph.pickVisible(path)
  if (!source) return
  const tool = `n${graph.nodes.length + 1}`
  const pin = (name: string): string => toToolPin({ node: tool, pin: name })
  const call = (name: string): Action => ({ yield: pin(name), value: { $digest: [name, { $k: 'item' }] } })
  const hasTwo = tape.often(50)
  const calls: Action[] = [
    { each: { $range: tape.below(4) }, do: [call('a')] },
    ...(hasTwo ? [{ each: { $range: tape.below(4) }, do: [call('b')] }] : []),
  ]
  const agent = graph.add('t', { outputs: { tools: {} }, does: [...calls, yieldDigest('out')] })
  graph.link(source, `${agent}.a`)
  graph.add('n', { does: tape.often(30) ? [{ when: { not: sometimes('f', 3) }, ...yieldDigest('out') }] : [yieldDigest('out')] })
  graph.links.push({ from: `${agent}.tools`, to: `${tool}.a` })
  if (hasTwo) graph.links.push({ from: `${agent}.tools`, to: `${tool}.b` })
  graph.offer(`${agent}.out`, source.path, [source])
  const inner = [...source.path, agent]
  graph.offer(`${tool}.out`, inner, [source])
  if (tape.often(60)) close(agent, inner)
}
