import { TOOLS_PIN, isToolPin, parseToolPin } from '../../../pins/index.ts'
import type { Node, Run, Tag } from './entities.ts'
import { reach } from './graph.ts'
import { compareLineages } from './order.ts'
import type { Performance } from './blocks/index.ts'

/** What a step has asked for. */
export interface StepRecord {
  value: unknown
  calls: { nodeId: string; outputs: Record<string, unknown[]>; error?: { code: string; message: string } }[]
}

/** A tool call of a step: the node, and the iteration. */
export interface Call {
  nodeId: string
  tag: Tag
}

/** The pin with which the block asks for the next step, and the one that receives the steps before. */
export function stepPins({ block }: Node): { ask: string | undefined; steps: string | undefined } {
  const ask = Object.entries(block.outputs ?? {}).find(([, { step }]) => step)?.[0]
  return { ask, steps: Object.entries(block.inputs ?? {}).find(([, { steps }]) => steps)?.[0] }
}

/** The steps for which a run has asked. Rule 37. */
export function asksForStep(node: Node, { yields, failure }: Performance): boolean {
  const { ask } = stepPins(node)
  return ask !== undefined && yields[0]?.pin === ask && !failure
}

/** The place of the first yield that the rule forbids; -1 if there is none. */
export function findForbiddenYield(node: Node, { yields }: Performance): number {
  const { ask } = stepPins(node)
  if (ask === undefined) return -1
  const hasAsked = yields[0]?.pin === ask
  return yields.findIndex(({ pin }, i) => i > 0 && (pin === ask || (hasAsked && !isToolPin(pin))))
}

/** Rule 38: what the runs of the node gave. */
export function toResult({ nodeId, tag }: Call, runs: readonly Run[]): StepRecord['calls'][number] {
  const own = runs
    .filter(({ node, tag: { key } }) => node.id === nodeId && key === tag.key)
    .toSorted((a, b) => compareLineages(a.lineage, b.lineage))
  const outputs: Record<string, unknown[]> = {}
  for (const run of own)
    for (const [pin, value] of run.outputs)
      if (!isToolPin(pin) && pin !== stepPins(run.node).ask) outputs[pin] = [...(outputs[pin] ?? []), value]
  const failed = own.find(({ status }) => status === 'FAILED')
  if (failed) return { nodeId, outputs, error: { code: failed.code ?? '', message: failed.message ?? '' } }
  const message = `node "${nodeId}" did not run, because another of its linked pins received no value`
  return { nodeId, outputs, ...(own.length === 0 && { error: { code: 'TOOL_NOT_RUN', message } }) }
}

/** The agents that run the node as a tool or wait for it, because one of their tools takes a value from it. */
export function waitingAgents(node: Node): Node[] {
  const isTool = (sink: Node): Node[] =>
    sink.incoming.flatMap(({ source, sourcePin }) =>
      sourcePin === TOOLS_PIN && stepPins(source).ask !== undefined ? source : [],
    )
  const agents = node.outgoing.flatMap(({ sink, sourcePin }) => (sourcePin === TOOLS_PIN ? [] : isTool(sink)))
  const next = ({ outgoing }: Node): Node[] => outgoing.map(({ sink }) => sink)
  return agents.filter((agent) => agent !== node && !reach([agent], next).has(node))
}

/** The tool that a pin addresses. */
export function toolOf(pin: string): string {
  return parseToolPin(pin)?.node ?? ''
}
