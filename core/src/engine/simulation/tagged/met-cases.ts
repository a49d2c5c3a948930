import type { Counts } from '../counts.ts'
import type { Outcome, Run } from '../reference/index.ts'
import type { TaggedCase } from './cases.ts'
import type { Checked } from './properties.ts'

/** Counts the cases that a checked graph has met. */
export function countCase({ document }: TaggedCase, { outcome, simulations, crashes }: Checked, counts: Counts): void {
  const add = (name: string, count: number | boolean): void => void (counts[name] = (counts[name] ?? 0) + Number(count))
  const { runs, incomplete, conflicts } = outcome.state
  add('graphs', 1)
  add('executions', simulations.length + crashes)
  add('executions after a crash', crashes)
  add('node executions', runs.length)
  countLoops(outcome, add)
  countPairing(runs, add)
  countFailures(outcome, add)
  add('items left incomplete', incomplete.filter(({ tag }) => tag.steps.length > 0).length)
  add('graphs with a conflict of broadcast values', conflicts.length > 0)
  add('graphs that exceeded a budget', outcome.isExceeded)
  add('graphs that ended early', simulations.some(({ end }) => end?.status === 'FAILED') && !outcome.isExceeded)
  const limited = document.nodes.some(
    ({ id, loop }) => loop && runs.some(({ node, outputs }) => node.id === id && outputs.length > loop.window),
  )
  add('graphs with a loop larger than its window', limited)
  const events = simulations.flatMap((simulation) => simulation.events)
  add('sleeps', events.filter(({ type }) => type === 'NodeWaiting').length)
  add('attempts repeated', events.filter(({ type }) => type === 'NodeRetried').length)
  const ends = runs.filter(({ node }) => node.block.kind === 'output')
  add('graphs whose loops meet at an output', new Set(ends.map(({ tag }) => tag.steps[0]?.scope.opener)).size > 1)
}

type Add = (name: string, count: number | boolean) => void

function countLoops({ state }: Outcome, add: Add): void {
  const scopes = [...state.scopes.values()]
  const loops = scopes.filter(({ opener }) => opener.type === 'LOOP')
  add('loops', loops.length)
  add('empty loops', loops.filter(({ iterations }) => iterations === 0).length)
  add(
    'iterations',
    loops.reduce((sum, { iterations }) => sum + iterations, 0),
  )
  add('loops in loops', loops.filter(({ parent }) => parent.steps.some(({ scope }) => scope.opener.type === 'LOOP')).length)
  add('loops in cycles', loops.filter(({ parent }) => parent.steps.some(({ scope }) => scope.opener.type === 'CYCLE')).length)
  const cycles = scopes.filter(({ opener }) => opener.type === 'CYCLE')
  add('cycles with several turns', cycles.filter(({ iterations }) => iterations > 1).length)
  add('cycles in loops', cycles.filter(({ parent }) => parent.steps.some(({ scope }) => scope.opener.type === 'LOOP')).length)
  const turns = state.runs.flatMap(({ tag }) => tag.steps.filter(({ from }) => from))
  add('node executions in a turn that an inner loop has started', turns.length)
  add(
    'tool calls',
    scopes.filter(({ opener }) => opener.type === 'TOOLS').reduce((sum, { iterations }) => sum + iterations, 0),
  )
  add('lists collected', state.runs.flatMap(({ taken }) => [...taken.values()].filter(({ link }) => !link)).length)
  add(
    'lists collected in a loop',
    state.runs.filter(({ tag, taken }) => tag.steps.length > 0 && [...taken.values()].some(({ link }) => !link)).length,
  )
}

function countPairing(runs: readonly Run[], add: Add): void {
  const tokens = runs.flatMap(({ node, tag, taken }) => [...taken].map(([pin, token]) => ({ node, tag, pin, token })))
  const shorter = tokens.filter(({ tag, token }) => token.tag.steps.length < tag.steps.length && !token.link?.carry)
  add('broadcast values taken', shorter.length)
  const fallbacks = shorter.filter(
    ({ node, pin }) => node.incoming.filter(({ sinkPin, carry }) => sinkPin === pin && !carry).length > 1,
  )
  add('shorter values taken instead of longer ones', fallbacks.length)
  add('carried values taken', tokens.filter(({ token }) => token.link?.carry).length)
  add(
    'runs without an optional pin',
    runs.filter(({ node, taken }) => node.pins.some((pin) => node.block.inputs?.[pin]?.optional && !taken.has(pin))).length,
  )
  const same = Map.groupBy(runs, ({ node, tag }) => `${node.id} ${tag.key}`)
  add('several runs of a node with one tag', [...same.values()].filter(({ length }) => length > 1).length)
  add('runs with a lineage', runs.filter(({ lineage }) => lineage.size > 0).length)
}

function countFailures({ state: { runs }, unhandled }: Outcome, add: Add): void {
  const failed = runs.filter(({ status }) => status === 'FAILED')
  const hasLink = ({ node }: Run): boolean => node.outgoing.some(({ sourcePin }) => sourcePin === 'error')
  add('failures', failed.length)
  add('failures handled by a link', failed.filter(hasLink).length)
  add('failures caught by a loop', failed.filter((run) => run.isHandled && !hasLink(run)).length)
  add('unhandled failures', unhandled.length)
  for (const code of ['PIN_NOT_MANY', 'ITERATIONS_UNEQUAL', 'LOOP_INCOMPLETE'])
    add(`failures ${code}`, failed.filter((run) => run.code === code).length)
}
