import type { Action } from '../reference/index.ts'
import { addAgent, addTools } from './agents.ts'
import { isPrefix, isSame, sometimes, yieldDigest, type Builder, type Source } from './builder.ts'

/** Adds nodes at a path of loops and cycles, and regions inside of it. */
export function buildRegion(graph: Builder, path: readonly string[], depth: number): void {
  const { tape } = graph
  const count = 1 + tape.below(depth === 0 ? 7 : 4)
  for (let i = 0; i < count && !graph.isFull && !tape.hasEnded; i++) {
    const kind = tape.weighted({
      plain: 9,
      loop: depth < 3 ? 6 : 0,
      branch: 3,
      cycle: depth < 3 ? 2 : 0,
      carry: 2,
      output: 2,
      tools: 1,
      walk: depth < 2 ? 1 : 0,
      agent: 1,
    })
    if (kind === 'plain') addPlain(graph, path)
    else if (kind === 'loop') addLoop(graph, path, depth)
    else if (kind === 'branch') addBranch(graph, path)
    else if (kind === 'cycle') addCycle(graph, path, depth)
    else if (kind === 'carry') addCarry(graph, path)
    else if (kind === 'tools') addTools(graph, path, (scope, inner) => addCollect(graph, scope, inner))
    else if (kind === 'walk') addWalk(graph, path)
    else if (kind === 'agent') addAgent(graph, path)
    else addOutput(graph)
  }
}

const KINDS = { pass: 6, filter: 4, both: 2, fail: 3, sleep: 1, twice: 0.5, retry: 1 }

/** A node with one to three pins. */
function addPlain(graph: Builder, path: readonly string[]): Source | undefined {
  const { tape } = graph
  const first = graph.pickExact(path) ?? graph.pickVisible(path)
  if (!first) {
    const id = graph.add('s', { does: [yieldDigest('out')] })
    return path.length === 0 ? graph.offer(`${id}.out`, []) : undefined
  }
  const taken: [pin: string, source: Source][] = [['a', first]]
  for (const pin of ['b', 'c']) {
    const source = tape.often(35) ? graph.pickVisible(path) : undefined
    if (source) taken.push([pin, source])
  }
  const another = tape.often(18) ? (tape.often(80) ? graph.pickExact(first.path) : graph.pickVisible(path)) : undefined
  if (another) taken.push(['a', another])
  return addNode(graph, taken)
}

function addNode(graph: Builder, taken: readonly [pin: string, source: Source][]): Source | undefined {
  const { tape } = graph
  const pins = [...new Set(taken.map(([pin]) => pin))]
  const optional = pins.filter(() => tape.often(15))
  const kind = tape.weighted(KINDS)
  const settings = kind === 'retry' || tape.often(5) ? { retry: { attempts: 1 + tape.below(3), backoffMs: 0 } } : {}
  const inputs = Object.fromEntries(optional.map((pin) => [pin, { optional: true as const }]))
  const serial = tape.often(5) && { serial: true as const }
  const id = graph.add('n', { inputs, does: actionsOf(kind), ...serial }, {}, settings)
  for (const [pin, source] of taken) graph.link(source, `${id}.${pin}`)
  const sources = taken.map(([, source]) => source)
  const longest = sources.map(({ path }) => path).toSorted((a, b) => b.length - a.length)[0] ?? []
  const isRepeated = pins.some((pin) => taken.filter(([own]) => own === pin).length > 1)
  const isMixed = pins.some((pin) => new Set(taken.filter(([own]) => own === pin).map(([, { path }]) => path.length)).size > 1)
  const out = graph.offer(`${id}.out`, longest, sources, isRepeated)
  out.isMixed ||= isMixed
  if (kind === 'both' || kind === 'fail' || kind === 'retry') {
    const other = graph.offer(`${id}.${kind === 'both' ? 'alt' : 'error'}`, longest, sources, isRepeated)
    other.isMixed = out.isMixed
    if (kind !== 'both' && tape.often(50)) graph.sources = graph.sources.filter((source) => source !== other)
  }
  return out
}

function actionsOf(kind: keyof typeof KINDS): Action[] {
  const out = yieldDigest('out')
  if (kind === 'filter') return [{ when: { not: sometimes('f', 3) }, ...out }]
  if (kind === 'both')
    return [
      { when: sometimes('f', 2, 0), ...out },
      { when: sometimes('f', 2, 1), ...yieldDigest('alt') },
    ]
  if (kind === 'fail')
    return [
      { when: sometimes('f', 4), ...out },
      { when: sometimes('f', 3), fail: { $text: ['bad ', { $digest: 'f' }] } },
      { when: { not: sometimes('f', 4) }, ...out },
    ]
  if (kind === 'sleep') return [{ sleep: true }, out, { when: sometimes('f', 2), sleep: true }]
  if (kind === 'twice') return [out, { when: sometimes('f', 4), ...out }]
  if (kind === 'retry')
    return [
      out,
      { when: { not: { is: [{ $attempt: true }, 2] } }, fail: { $text: ['again ', { $digest: 'f' }] }, retryable: true },
    ]
  return [out]
}

/** A producer, the nodes inside of its loop, and nodes that close it. */
function addLoop(graph: Builder, path: readonly string[], depth: number): void {
  const { tape } = graph
  const source = tape.often(90) ? graph.pickVisible(path) : undefined
  const size = tape.below(5)
  const iteration: Action = tape.often(40)
    ? { yield: { item: { $digest: ['i', { $k: 'item' }] }, index: { $k: 'item' } } }
    : { yield: 'item', value: { $digest: ['i', { $k: 'item' }] } }
  const unequal: Action[] = 'value' in iteration && tape.often(15) ? [{ when: sometimes('u', 2), yield: 'index', value: 0 }] : []
  const fails: Action[] = tape.often(12) ? [{ when: sometimes('p', 2), fail: 'no more' }] : []
  const limits = tape.often(25)
    ? { loop: { window: 1 + tape.below(3), ...(tape.often(40) && { concurrency: 1 + tape.below(2) }) } }
    : {}
  const id = graph.add(
    'l',
    {
      outputs: { item: { many: true }, index: { many: true }, done: { done: true }, caught: { caught: true } },
      does: [
        { each: { $range: size }, do: [iteration] },
        { when: sometimes('p', 3), each: { $range: 2 }, do: [iteration] },
        ...unequal,
        ...fails,
      ],
    },
    {},
    limits,
  )
  if (source) graph.link(source, `${id}.a`)
  const outer = source?.path ?? []
  const inner = [...outer, id]
  const from = source ? [source] : []
  graph.offer(`${id}.item`, inner, from)
  if (!('value' in iteration)) graph.offer(`${id}.index`, inner, from)
  if (tape.often(15)) graph.offer(`${id}.done`, outer, from)
  const caught = tape.often(35) ? graph.offer(`${id}.caught_#_nodeId`, inner, from, true) : undefined
  if (tape.often(8)) graph.offer(`${id}.error`, outer, from)
  buildRegion(graph, inner, depth + 1)
  if (caught && tape.often(60)) addRisky(graph, caught, inner)
  const closings = tape.below(3)
  for (let i = 0; i < closings && !graph.isFull; i++) addCollect(graph, id, inner)
}

/** A node that may fail, and one that receives its failures. */
function addRisky(graph: Builder, caught: Source, inner: readonly string[]): void {
  const source = graph.pickExact(inner)
  if (!source || graph.isFull) return
  const id = graph.add('n', { does: actionsOf('fail') })
  graph.link(source, `${id}.a`)
  graph.offer(`${id}.out`, inner, [source])
  const handler = graph.tape.often(50)
    ? graph.add('n', { does: actionsOf('pass') })
    : graph.add('c', { inputs: { a: { collect: true } }, does: [yieldDigest('out')] })
  graph.link(caught, `${handler}.a`)
  graph.offer(`${handler}.out`, handler.startsWith('c') ? inner.slice(0, -1) : inner, [caught])
}

/** Closes a loop; if a value is from an inner loop, that one, too. */
function addCollect(graph: Builder, scope: string, inner: readonly string[]): void {
  const { tape } = graph
  const inside = graph.sources.filter(({ path, isMixed }) => isPrefix(inner, path) && !isMixed)
  const items = tape.pick(inside)
  if (!items) return
  const isDeep = inside.some(({ path }) => path.length > inner.length)
  const another = tape.often(20) ? tape.pick(inside) : undefined
  const errors = tape.often(30) ? tape.pick(inside) : undefined
  const outer = inner.slice(0, -1)
  const beside = tape.often(20) ? graph.pickVisible(outer) : undefined
  const pins = {
    item: { collect: true as const },
    errors: { collect: true as const },
    ...(tape.often(60) && { loop: { loop: true as const } }),
  }
  const id = graph.add(
    'c',
    { inputs: pins, does: [yieldDigest('out'), { yield: 'list', value: { $in: 'item' } }] },
    {},
    isDeep || tape.often(30) ? { scope } : {},
  )
  graph.link(items, `${id}.item`)
  if (another) graph.link(another, `${id}.item`)
  if (errors) graph.link(errors, `${id}.errors`)
  if (beside) graph.link(beside, `${id}.a`)
  const list = graph.offer(`${id}.list`, outer, beside ? [beside] : [])
  list.isSeveral ||= items.isSeveral
  graph.offer(`${id}.out`, outer, [list])
  if (tape.often(20)) graph.offer(`${id}.error`, outer, [list])
}

/** Exclusive branches, and a node in which they meet. */
function addBranch(graph: Builder, path: readonly string[]): void {
  const { tape } = graph
  const source = graph.pickExact(path)
  if (!source) return
  const id = graph.add('b', { does: actionsOf('both') })
  graph.link(source, `${id}.a`)
  const branches = ['out', 'alt'].map((pin) => graph.offer(`${id}.${pin}`, source.path, [source]))
  const ends = branches.map((branch) => (tape.often(60) ? (addNode(graph, [['a', branch]]) ?? branch) : branch))
  const [one, other] = ends
  if (!one || !other || graph.isFull) return
  const another = tape.often(40) ? graph.pickVisible(path) : undefined
  const beside: [string, Source][] = another ? [['c', another]] : []
  if (tape.often(50)) {
    addNode(graph, [['a', one], ['a', other], ...beside])
    return
  }
  const marks = { optional: true as const }
  const merge = graph.add('m', { inputs: { a: marks, b: marks }, does: [yieldDigest('out')] })
  for (const [pin, end] of [['a', one], ['b', other], ...beside] as const) graph.link(end, `${merge}.${pin}`)
  graph.offer(`${merge}.out`, source.path, [one, other, ...beside.map(([, each]) => each)])
}

/** A header, the nodes inside of the cycle, and a gate that leads back or out. */
function addCycle(graph: Builder, path: readonly string[], depth: number): void {
  const { tape } = graph
  const initial = graph.pickExact(path)
  if (!initial) return
  const header = graph.add('h', { does: [yieldDigest('out')] })
  graph.link(initial, `${header}.a`)
  const beside = tape.often(30) ? graph.pickVisible(path) : undefined
  if (beside && !beside.isSeveral) graph.link(beside, `${header}.b`)
  const before = graph.sources
  const inner = [...initial.path, header]
  graph.offer(`${header}.out`, inner, [initial])
  const second = tape.often(30) ? addSecondHeader(graph, initial, inner) : undefined
  buildRegion(graph, inner, depth + 1)
  const own = graph.sources.filter((source) => !before.includes(source) && !source.isMixed)
  const last = tape.pick(own.filter((source) => isSame(source.path, inner) || (isPrefix(inner, source.path) && tape.often(30))))
  if (!last || graph.isFull) return
  const gate = graph.add('g', {
    does: [
      { when: { not: sometimes('g', 2) }, ...yieldDigest('more') },
      { when: sometimes('g', 2), ...yieldDigest('end') },
    ],
  })
  graph.link(last, `${gate}.a`)
  graph.links.push({ from: `${gate}.more`, to: `${header}.a` })
  if (second !== undefined) graph.links.push({ from: `${gate}.more`, to: second })
  graph.offer(`${gate}.end`, last.path, [last])
  if (tape.often(40)) addCollect(graph, header, inner)
}

/** A cycle through a loop that is not closed: each iteration has a next turn of its own. */
function addWalk(graph: Builder, path: readonly string[]): void {
  const { tape } = graph
  const initial = graph.pickExact(path)
  if (!initial || initial.isMixed) return
  const header = graph.add('h', { does: [yieldDigest('out')] })
  graph.link(initial, `${header}.a`)
  const size = 1 + tape.below(2)
  const iteration: Action = { yield: 'item', value: { $digest: ['i', { $k: 'item' }] } }
  const loop = graph.add('l', { outputs: { item: { many: true } }, does: [{ each: { $range: size }, do: [iteration] }] })
  graph.links.push({ from: `${header}.out`, to: `${loop}.a` })
  const gate = graph.add('g', {
    does: [
      { when: sometimes('g', 3), ...yieldDigest('more') },
      { when: { not: sometimes('g', 3) }, ...yieldDigest('end') },
    ],
  })
  graph.links.push({ from: `${loop}.item`, to: `${gate}.a` }, { from: `${gate}.more`, to: `${header}.a` })
  const inner = [...initial.path, header]
  graph.offer(`${header}.out`, inner, [initial])
  graph.offer(`${gate}.end`, [...inner, loop], [initial])
  addCollect(graph, header, inner)
}

/** A node with a second pin that the cycle leads back to. */
function addSecondHeader(graph: Builder, initial: Source, inner: readonly string[]): string | undefined {
  const first = graph.pickExact(inner)
  if (!first) return undefined
  const id = graph.add('k', { does: [yieldDigest('out')] })
  graph.link(first, `${id}.a`)
  graph.link(initial, `${id}.b`)
  graph.offer(`${id}.out`, inner, [first])
  return `${id}.b`
}

/** A node that takes what it, or one behind it, yielded in the last iteration. */
function addCarry(graph: Builder, path: readonly string[]): void {
  const { tape } = graph
  const innermost = path.at(-1)
  if (innermost?.startsWith('l') !== true) return
  const source = tape.pick(graph.sources.filter((each) => isSame(each.path, path) && !each.isSeveral && !each.isMixed))
  if (!source) return
  const id = graph.add('r', { does: actionsOf(tape.often(30) ? 'filter' : 'pass') }, tape.often(50) ? { acc: 0 } : {})
  graph.link(source, `${id}.a`)
  const outer = tape.often(40)
    ? tape.pick(
        graph.sources.filter(
          (each) => each.path.length < path.length && isPrefix(each.path, path) && !each.isSeveral && !each.isMixed,
        ),
      )
    : undefined
  if (outer) graph.link(outer, `${id}.acc`)
  const out = graph.offer(`${id}.out`, path, [source])
  const last = tape.often(40) ? (addNode(graph, [['a', out]]) ?? out) : out
  graph.links.push({ from: last.end, to: `${id}.acc`, carry: true })
}

/** Values of different loops may meet at an output. */
export function addOutput(graph: Builder): void {
  const { tape } = graph
  const source = tape.pick(graph.sources)
  if (!source) return
  const id = graph.add('o', { kind: 'output' }, { name: tape.pick(['x', 'y']) })
  graph.link(source, `${id}.value`)
  const another = tape.often(25) ? tape.pick(graph.sources) : undefined
  if (another) graph.link(another, `${id}.value`)
}
