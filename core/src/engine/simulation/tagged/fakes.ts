import type { JsonSchema } from '../../../pins/index.ts'
import type { FakeBlock, FakeResult } from '../fake-blocks.ts'
import { runBlock, settlePins, type ScriptedBlock } from '../reference/index.ts'

/** The scripted blocks for the simulator. */
export function toFakes(blocks: Record<string, ScriptedBlock>): Record<string, FakeBlock> {
  return Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, toFake(block)]))
}

function toFake(block: ScriptedBlock): FakeBlock {
  const { kind = 'standard', staticOutput = false, serial = false } = block
  const inputs = Object.entries(block.inputs ?? {}).map(([pin, markers]): [string, JsonSchema] => [
    pin,
    { ...(markers.collect && { type: 'array', items: {} }), ...markers },
  ])
  return {
    kind,
    staticOutput,
    serial,
    sleeps: true,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(
      Object.entries(block.outputs ?? {}).map(([pin, markers]): [string, JsonSchema] => [pin, { ...markers }]),
    ),
    run: (given, attempt) => toResult(block, given, attempt),
  }
}

/** The engine finds the faults of the yields itself. */
function toResult(block: ScriptedBlock, inputs: Record<string, unknown>, attempt: number): FakeResult {
  const { yields, sleeps, failure, hangs } = runBlock(
    settlePins(block, (pin) => (inputs[pin] ?? undefined) !== undefined),
    inputs,
    attempt,
  )
  const counts = new Map<string, number>()
  const pairs = yields.map(({ pin, value, k }): [string, unknown, number?] => {
    const count = counts.get(pin) ?? 0
    counts.set(pin, count + 1)
    return k === undefined || k === count ? [pin, value] : [pin, value, k]
  })
  if (!failure) return { pairs, sleeps, hangs }
  const { message, isRetryable } = failure
  return { pairs, sleeps, error: { code: 'BLOCK_FAILED', message, ...(isRetryable && { retryable: true }) } }
}
