import { findCycles, type Cycles } from './cycles.ts'
import type { FlowNode, NodeScopes } from './flow.ts'
import { findPaths, type Paths } from './paths.ts'

/** The scopes of a graph. */
export interface Flow extends Cycles, Paths {
  all: readonly FlowNode[]
  scopes: Map<FlowNode, NodeScopes>
}

/** Computes the cycles of a graph and the scopes of its nodes and links. */
export function analyzeFlow(all: readonly FlowNode[]): Flow {
  const scopes = new Map(
    all.map((node): [FlowNode, NodeScopes] => [node, { loop: { kind: 'LOOP', node }, tools: { kind: 'TOOLS', node } }]),
  )
  const cycles = findCycles(all)
  return { all, scopes, ...cycles, ...findPaths(all, cycles, scopes) }
}
