import fc from 'fast-check'
import { TOOLS_PIN, toToolPin } from '../../pins/index.ts'
import type { GraphDocument, GraphNode } from '../graph/index.ts'
import type { InputMasks } from '../node-inputs.ts'
import type { Emission, Script } from './blocks.ts'

/** A random graph, and all other random decisions of its execution. */
export interface Case {
  document: GraphDocument
  inputs: Record<string, unknown>
  masks: InputMasks
  /** Determines the order in which active runs continue. */
  seed: number
  /** When the worker crashes, each in thousandths of the remaining journal. */
  crashes: number[]
  /** The number of events after which the owner cancels the execution. */
  cancelAfter: number
}

/** @param isPure whether to leave out blocks with external effects */
export function cases(isPure: boolean): fc.Arbitrary<Case> {
  const kinds = isPure ? PURE_KINDS : EFFECTFUL_KINDS
  return fc
    .record({
      seed: fc.nat(1_000_000),
      nodes: fc.array(rawNode(kinds), { minLength: 1, maxLength: 12, size: 'max' }),
      links: fc.array(rawLink, { maxLength: 18, size: 'max' }),
      isCyclic: often(1, 2),
      onUnhandledError: fc.constantFrom('FAIL' as const, 'CONTINUE' as const),
      concurrency: fc.integer({ min: 1, max: 8 }),
      budget: fc.constantFrom(60, 60, 60, 60, 60, 40, 12, 4),
      inputs: fc.subarray(['x', 'y']),
      masks: fc.array(fc.record({ node: fc.nat(11), pin: fc.constantFrom('a', 'b', 'm'), value: constant }), { maxLength: 2 }),
      crashes: fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }),
      cancelAfter: fc.oneof({ weight: 9, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(40) }),
    })
    .map(toCase)
}

type Kind = keyof typeof KINDS

/** The blocks of ./simulation-blocks.ts and their relative frequencies. */
const KINDS = {
  plain: 8,
  typed: 1,
  feedback: 2,
  serial: 3,
  sleeper: 4,
  'sleeper-serial': 2,
  static: 4,
  'static-serial': 1,
  input: 2,
  output: 4,
  note: 1,
}
const PURE_KINDS = weighted(KINDS)
const EFFECTFUL_KINDS = weighted({
  ...KINDS,
  'effect-fail': 9,
  'effect-retryable': 3,
  'effect-retry': 9,
  'effect-serial': 3,
  'effect-sleeper': 6,
})

const OUTPUT_PINS = weighted({
  out: 24,
  alt: 4,
  error: 3,
  tools: 2,
  out_$_0: 2,
  out_$_1: 1,
  'out_#_k': 2,
  'out_@_k': 1,
  'out_$_1_#_k': 1,
})
const INPUT_PINS = weighted({ a: 24, b: 6, c: 2, l_$_0: 1, l_$_2: 1, 'm_#_k': 1, 'm_@_k': 1, 'm_#_d_$_1': 1, l_$_x: 0.3 })

const constant = fc.constantFrom<unknown>(
  0,
  1,
  -2.5,
  null,
  'text',
  '7',
  true,
  [],
  [1, 2],
  [[3], { k: 4 }],
  { k: 1 },
  { k: { k: 2 } },
)

interface RawNode {
  kind: Kind
  emissions: Emission[]
  fails: boolean
  failsAfter: number
  isRetryable: boolean
  okFrom: number
  attempts: number
  /** Used only by sleepers. */
  sleeps: number[]
  acts: number | undefined
  name: 'x' | 'y' | 'z'
  constant: unknown
}

function rawNode(kinds: fc.Arbitrary<string>): fc.Arbitrary<RawNode> {
  const value = fc.oneof(
    { weight: 3, arbitrary: constant.map((value) => ({ constant: value })) },
    { weight: 5, arbitrary: fc.constantFrom('pass' as const, 'digest' as const, 'attempt' as const) },
  )
  const emission = fc.record({
    pin: fc.constantFrom('out' as const, 'out' as const, 'out' as const, 'alt' as const, 'tool' as const),
    value,
  })
  return fc.record({
    kind: kinds as fc.Arbitrary<Kind>,
    emissions: fc.array(emission, { maxLength: 4, size: 'max' }),
    fails: often(1, 8),
    failsAfter: fc.nat(4),
    isRetryable: often(2, 3),
    okFrom: fc.constantFrom(2, 3, 99),
    attempts: fc.integer({ min: 1, max: 3 }),
    sleeps: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }).map((after) => after.toSorted((a, b) => a - b)),
    acts: fc.constantFrom(0, 0, 0, 0, 1, 2, undefined),
    name: fc.constantFrom('x', 'y', 'z'),
    constant,
  })
}

const rawLink = fc.record({ from: fc.nat(11), to: fc.nat(11), output: OUTPUT_PINS, input: INPUT_PINS })
type RawLink = typeof rawLink extends fc.Arbitrary<infer T> ? T : never

interface RawCase extends Omit<Case, 'document' | 'inputs' | 'masks'> {
  nodes: RawNode[]
  links: RawLink[]
  isCyclic: boolean
  onUnhandledError: GraphDocument['onUnhandledError']
  concurrency: number
  budget: number
  inputs: string[]
  masks: { node: number; pin: string; value: unknown }[]
}

function toCase({ nodes, links, isCyclic, inputs, masks, seed, crashes, cancelAfter, ...limits }: RawCase): Case {
  const linked = links.flatMap((link) => toLink(link, nodes, isCyclic))
  const document = {
    ...limits,
    pairing: 'FIFO' as const,
    nodes: nodes.map((node, i) => toNode(node, i, linked)),
    links: linked.map(({ from, output, to, input }) => ({ from: `n${from}.${output}`, to: `n${to}.${input}` })),
  }
  const masked = masks.map(({ node, pin, value }) => [`n${node % nodes.length}`, { [pin]: value }] as const)
  return {
    document,
    inputs: Object.fromEntries(inputs.map((name) => [name, { k: name }])),
    masks: Object.fromEntries(masked),
    seed,
    crashes,
    cancelAfter,
  }
}

function toLink(link: RawLink, nodes: RawNode[], isCyclic: boolean): RawLink[] {
  const [one, other] = [link.from % nodes.length, link.to % nodes.length]
  if (!isCyclic && one === other) return []
  const [from, to] = isCyclic || one < other ? [one, other] : [other, one]
  const kind = nodes[to]?.kind
  const isBoundary = kind === 'input' || kind === 'output'
  const input = isBoundary ? link.input.replace(/^[a-z]/, 'value') : link.input
  return [{ from, to, output: link.output, input }]
}

function toNode(node: RawNode, i: number, links: RawLink[]): GraphNode {
  const tools = links.filter(({ from, output }) => from === i && output === TOOLS_PIN)
  const script: Script = {
    emissions: node.emissions.map(({ pin, value }, k) => {
      const tool = pin === 'tool' ? tools[k % tools.length] : undefined
      return { pin: tool ? toToolPin({ node: `n${tool.to}`, pin: tool.input }) : pin === 'tool' ? 'out' : pin, value }
    }),
    ...(node.kind.includes('sleeper') && { sleeps: node.sleeps }),
    ...(node.kind.startsWith('effect') && node.acts !== undefined && { acts: node.acts }),
    ...(node.fails && { failure: { after: node.failsAfter, isRetryable: node.isRetryable, until: node.okFrom } }),
  }
  const isBoundary = node.kind === 'input' || node.kind === 'output'
  return {
    id: `n${i}`,
    block: node.kind,
    inputs: { script, ...(isBoundary ? { name: node.name, value: node.constant } : { a: node.constant }) },
    ...(node.attempts > 1 && { retry: { attempts: node.attempts, backoffMs: 0, jitter: 0 } }),
  }
}

function weighted(weights: Record<string, number>): fc.Arbitrary<string> {
  const names = Object.entries(weights).flatMap(([name, weight]) => Array<string>(Math.ceil(weight * 3)).fill(name))
  return fc.constantFrom(...names)
}

function often(times: number, outOf: number): fc.Arbitrary<boolean> {
  return fc.nat(outOf - 1).map((n) => n >= outOf - times)
}

/** Returns a pseudo-random whole number that depends only on its arguments. */
export function mix(seed: number, n: number): number {
  let hash = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
