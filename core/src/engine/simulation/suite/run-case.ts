import { documentSchema, findFlowFaults, findManyOutputs, type GraphDocument } from '../../graph/index.ts'
import { eventsToRepeat, eventsToRetry } from '../../continue.ts'
import type { ExecutionEvent } from '../../events.ts'
import type { Plan } from '../../plan/index.ts'
import { mix } from '../cases.ts'
import { fakeBlocks, toPlan, type FakeBlock } from '../fake-blocks.ts'
import { afterCrash, toJournal } from '../journal.ts'
import { computeOutcome, type Action, type ScriptedBlock } from '../reference/index.ts'
import { tagText, toFakes } from '../tagged/index.ts'
import { Simulator, type Simulation, type SimulationOptions } from '../worker.ts'
import type { ConformanceCase, NodeResult, Result } from './case.ts'
import { describe, differenceOf, hasFields, match, nameOf, toExpected } from './results.ts'

/** A case that is ready to run. */
export interface Prepared {
  given: ConformanceCase
  document: GraphDocument
  blocks: Record<string, ScriptedBlock>
  fakes: Record<string, FakeBlock>
  plan: Plan
}

type Choose = NonNullable<SimulationOptions['choose']>

/** The oldest run first, the newest first, and random orders. */
export const ORDERS: readonly Choose[] = [
  () => 0,
  (choices) => choices - 1,
  ...Array.from({ length: 10 }, (_, seed): Choose => {
    return (choices, inputCount) => mix(seed, inputCount) % choices
  }),
]

export function prepare(given: ConformanceCase, more: Record<string, ScriptedBlock> = {}): Prepared {
  const document = documentSchema.parse(given.document)
  const blocks = { ...given.blocks, ...childBlocks(given, runChild), ...more }
  const fakes = toFakes(blocks)
  return { given, document, blocks, fakes, plan: toPlan(fakeBlocks(fakes), document) }
}

/** @returns `path: message` of each fault of the document */
export function faultsOf(given: ConformanceCase): { path: string; message: string }[] {
  const known = fakeBlocks(toFakes({ ...given.blocks, ...childBlocks(given, runChild) }))
  return findFlowFaults(documentSchema.parse(given.document), ({ block }) => known.get(block))
}

export function runCase({ given, plan, fakes }: Prepared, choose: Choose, events: readonly ExecutionEvent[] = []): Simulation {
  const simulator = new Simulator(plan, fakes, {
    inputs: given.inputs ?? {},
    ...(given.masks && { masks: given.masks }),
    choose,
    events: afterCrash(events),
  })
  const first = simulator.run()
  if (first.end || !given.cancel) return first
  simulator.cancel()
  return simulator.run()
}

/** Continues an execution that has ended, as the case says. */
export function runAgain(prepared: Prepared, { events, scheduler }: Simulation, choose: Choose): Simulation {
  const { plan, given } = prepared
  if (!given.again) throw new Error(`${given.name} has no second execution`)
  const { what, blocks } = given.again
  const journal = toJournal(afterCrash(events))
  if (what === 'retry') return runCase(prepare(given, blocks), choose, eventsToRetry(plan, journal))
  const inside = scheduler.nodeExecutions().flatMap(({ tag }) => {
    const [producer, index] = [tag.scope?.producer, tag.index]
    return producer && tagText(tag) === what ? [{ node: producer.node.id, n: producer.n, index }] : []
  })
  const [iteration] = inside
  if (!iteration) throw new Error(`${given.name} has no iteration ${what}`)
  return runCase(prepare(given, blocks), choose, eventsToRepeat(plan, journal, iteration))
}

/** The node executions whose blocks ran. */
export function runsOf({ runs, scheduler }: Simulation): string[] {
  return runs.flatMap(([name]) => {
    const dot = name.lastIndexOf('.')
    const run = scheduler.nodeExecution(name.slice(0, dot), Number(name.slice(dot + 1)))
    return run ? [nameOf({ node: run.node.id, tag: tagText(run.tag) })] : []
  })
}

/** The reference model knows no end before everything has run, no run that is cancelled, and no other pairing. */
export function isComputable({ document, expected }: ConformanceCase): boolean {
  if (!('status' in expected) || expected.status !== 'COMPLETED') return false
  if ('pairing' in document && document.pairing === 'FIFO') return false
  return !expected.nodeExecutions.some(({ status }) => status === 'CANCELLED')
}

/** What the reference model computes for the same case. */
export function computeCase(given: ConformanceCase): Result {
  const blocks = { ...given.blocks, ...childBlocks(given, computeChild) }
  const outcome = computeOutcome(documentSchema.parse(given.document), blocks, { inputs: given.inputs ?? {} })
  return toExpected(outcome)
}

type RunChild = (
  document: GraphDocument,
  blocks: Record<string, ScriptedBlock>,
  inputs: Record<string, unknown>,
) => Record<string, unknown[]>

/** A child yields each of its outputs when it has ended. */
function childBlocks({ blocks, children = {} }: ConformanceCase, run: RunChild): Record<string, ScriptedBlock> {
  const known = fakeBlocks(toFakes(blocks))
  return Object.fromEntries(
    Object.entries(children).map(([name, child]): [string, ScriptedBlock] => {
      const document = documentSchema.parse(child)
      const many = findManyOutputs(document, ({ block }) => known.get(block))
      const expand = (inputs: Record<string, unknown>): Action[] =>
        Object.entries(run(document, blocks, inputs)).flatMap(([pin, values]) =>
          values.map((value): Action => ({ yield: pin, value })),
        )
      return [name, { outputs: Object.fromEntries([...many].map((pin) => [pin, { many: true as const }])), expand }]
    }),
  )
}

const runChild: RunChild = (document, blocks, inputs) => {
  const fakes = toFakes(blocks)
  return new Simulator(toPlan(fakeBlocks(fakes), document), fakes, { inputs }).run().end?.outputs ?? {}
}

const computeChild: RunChild = (document, blocks, inputs) => computeOutcome(document, blocks, { inputs }).outputs

/** How a result differs from the expected one, as text; undefined if it does not. */
export function compare(found: Result, expected: Result): string | undefined {
  const { nodeExecutions: _, possible: __, scopes, reason, ...rest } = expected
  const differences = [
    differenceOf([found], [rest]),
    reason && compareReasons(found.reason, reason),
    compareRuns(found.nodeExecutions, expected),
    scopes && differenceOf(found.scopes ?? [], scopes),
  ]
  const text = differences.filter((each) => each !== undefined).join('\n')
  return text === '' ? undefined : text
}

/** What was still active at an early end depends on the order. */
function compareRuns(found: readonly NodeResult[], { status, nodeExecutions, possible = [] }: Result): string | undefined {
  const { missing, extra } = match(found, nodeExecutions)
  const isAllowed = (each: NodeResult): boolean =>
    status !== 'COMPLETED' && (!isEnded(each) || possible.some((other) => hasFields(each, other)))
  return describe(
    missing,
    extra.filter((each) => !isAllowed(each)),
  )
}

function compareReasons(
  found: Result['reason'],
  { contains = [], ...reason }: NonNullable<Result['reason']>,
): string | undefined {
  const absent = contains.filter((text) => !found?.message?.includes(text))
  const difference = differenceOf([{ ...found }], [reason])
  return absent.length > 0 ? `the message lacks ${absent.join(', ')}: ${found?.message}` : difference
}

function isEnded({ status }: NodeResult): boolean {
  return status === 'COMPLETED' || status === 'FAILED'
}
