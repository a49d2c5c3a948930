import type { JsonSchema } from '../../../pins/index.ts'
import type { FakeBlock, FakeResult } from '../fake-blocks.ts'
import { runBlock, settlePins, stableText, type Performance, type ScriptedBlock } from '../reference/index.ts'

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

/** The engine finds the faults of the yields itself. Like the driver, it compares what an attempt repeats. */
function toResult(scripted: ScriptedBlock, inputs: Record<string, unknown>, attempt: number): FakeResult {
  const block = settlePins(scripted, (pin) => (inputs[pin] ?? undefined) !== undefined)
  const { yields, sleeps, failure, hangs } = runBlock(block, inputs, attempt)
  const earlier = Array.from({ length: attempt - 1 }, (_, i) => runBlock(block, inputs, i + 1).yields)
  const delivered = earlier.toSorted((a, b) => b.length - a.length)[0] ?? []
  const isRepeated = delivered.every((each, i) =>
    yields[i] ? stableText(each) === stableText(yields[i]) : failure !== undefined,
  )
  if (!isRepeated) return { pairs: toPairs(delivered), error: { code: 'NOT_DETERMINISTIC', message: '<NOT_DETERMINISTIC>' } }
  if (!failure) return { pairs: toPairs(yields), sleeps, hangs }
  const { message, isRetryable } = failure
  return { pairs: toPairs(yields), sleeps, error: { code: 'BLOCK_FAILED', message, ...(isRetryable && { retryable: true }) } }
}

/** A value states its iteration if that differs from the number of earlier values of its pin. */
function toPairs(yields: Performance['yields']): FakeResult['pairs'] {
  const counts = new Map<string, number>()
  return yields.map(({ pin, value, k }) => {
    const count = counts.get(pin) ?? 0
    counts.set(pin, count + 1)
    return k === undefined || k === count ? [pin, value] : [pin, value, k]
  })
}
