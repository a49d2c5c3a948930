import { beforeEach, describe, expect, it } from 'vitest'
import { EffectBarrier } from './effect-barrier.ts'
import type { ExecutionEvent, NodeExecution } from '../../engine/index.ts'
import { planWith, type FakeBlock } from '../../engine/simulation/fake-blocks.ts'
import { Scheduler } from '../../engine/scheduler.ts'

const fakes: Record<string, FakeBlock> = {
  send: { effectful: true, run: () => ({ pairs: [] }) },
  again: { effectful: true, onCrash: 'retry', run: () => ({ pairs: [] }) },
}

let events: ExecutionEvent[]
let commits: (() => void)[]
let barrier: EffectBarrier
beforeEach(() => {
  events = []
  commits = []
  barrier = new EffectBarrier(
    (event) => void events.push(event),
    () => new Promise((resolve) => commits.push(resolve)),
  )
})

function startRun(block: string): NodeExecution {
  const scheduler = new Scheduler(planWith(fakes, { nodes: [{ id: 'a', block }] }))
  scheduler.step({ type: 'start', inputs: {} })
  const run = scheduler.nodeExecution('a', 1)
  if (!run) throw new Error('the node has not started')
  return run
}

/** Records the calls of a run in the order in which they pass. */
function pass(run: NodeExecution, effects: readonly Parameters<EffectBarrier['pass']>[1][], passed: string[]): Promise<void>[] {
  return effects.map((effect, i) => barrier.pass(run, effect).then(() => void passed.push(`${i} ${effect}`)))
}

describe('the effect barrier', () => {
  it('neither delays nor records a block that only reads', async () => {
    const passed: string[] = []
    await Promise.all(pass(startRun('send'), ['none', 'none'], passed))
    expect([passed, events, commits.length]).toEqual([['0 none', '1 none'], [], 0])
  })

  it('delays all further calls until EffectStarted is committed', async () => {
    const passed: string[] = []
    const calls = pass(startRun('send'), ['none', 'once', 'none', 'once'], passed)
    await calls[0]
    expect([passed, commits.length]).toEqual([['0 none'], 1])
    commits[0]?.()
    await Promise.all(calls)
    expect(passed).toEqual(['0 none', '1 once', '2 none', '3 once'])
    expect(events).toEqual([{ type: 'EffectStarted', node: 'a', n: 1, attempt: 1 }])
  })

  it('writes EffectStarted again for the next attempt', async () => {
    const run = startRun('send')
    const first = barrier.pass(run, 'once')
    commits[0]?.()
    await first
    run.attempt = 2
    const second = barrier.pass(run, 'once')
    commits[1]?.()
    await second
    expect(events.map((event) => 'attempt' in event && event.attempt)).toEqual([1, 2])
  })

  it.each([
    ['a request with the idempotency key of its run', 'send', 'repeatable' as const],
    ['a block that may be run again', 'again', 'once' as const],
  ])('waits for the previous events and writes no event for %s', async (_what, block, effect) => {
    const passing = barrier.pass(startRun(block), effect)
    expect(commits).toHaveLength(1)
    commits[0]?.()
    await passing
    expect(events).toEqual([])
  })
})
