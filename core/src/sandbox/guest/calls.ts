import { findDifference, type Block, type Plugin } from '@ashlar/sdk'
import { createBlockContext } from './block-context.ts'
import { describePlugin } from './describe.ts'
import { GuestFailure, drain, limits, postEnd, postManifest, postOutput, setCurrentCall } from './outbox.ts'
import { AbortController } from './web.ts'
import { untilParked } from './entries.ts'
import type { GuestCall } from '../protocol.ts'

let plugin: Plugin = { name: 'none', blocks: [] }
let blocks = new Map<string, Block>()
const running = new Map<number, InstanceType<typeof AbortController>>()

export function setPlugin(loaded: Plugin): void {
  plugin = loaded
  blocks = new Map(loaded.blocks.map((block) => [block.name, block]))
}

/**
 * Starts a batch of calls and resolves when all have ended, or as soon as one waits for the host (the host then drains
 * what the others still produce).
 *
 * @param json JSON text `[GuestCall, …]`
 * @returns `1` when calls are still running, else `0`, followed by the events that have gathered
 */
export async function enter(json: string): Promise<string> {
  const batch = JSON.parse(json) as GuestCall[]
  await untilParked(Promise.all(batch.map(answer)))
  return collect()
}

/** What has gathered since: see {@link enter}. */
export function collect(): string {
  return (running.size > 0 ? '1' : '0') + drain()
}

/** @param json JSON text `[call id, …]` */
export function abort(json: string): void {
  for (const id of JSON.parse(json) as number[]) {
    const controller = running.get(id)
    running.delete(id)
    controller?.abort(new Error('the call was aborted'))
  }
}

async function answer(call: GuestCall): Promise<void> {
  const controller = new AbortController()
  running.set(call.id, controller)
  setCurrentCall(call.id)
  try {
    if (call.kind === 'describe') postManifest(call.id, describePlugin(plugin))
    else if (call.kind === 'test') await runTest(call, controller.signal)
    else await runBlock(call, controller.signal)
    if (running.delete(call.id)) postEnd(call.id)
  } catch (error) {
    if (running.delete(call.id)) postEnd(call.id, toFailure(error))
  }
}

async function runBlock({ id, block: name, input }: GuestCall, signal: AbortSignal): Promise<void> {
  const block = blockNamed(name)
  let count = 0
  await forEachPair(id, block, input, signal, (pin, value) => {
    if (pin === 'error' && !('error' in block.output.shape)) throw new GuestFailure('BLOCK_FAILED', String(value))
    if (++count > limits.maxOutputs)
      throw new GuestFailure('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
    if (running.has(id)) postOutput(id, pin, value)
    if (pin === 'error') throw new GuestFailure('BLOCK_FAILED', String(value))
    return running.has(id)
  })
}

async function runTest({ id, block: name, input }: GuestCall, signal: AbortSignal): Promise<void> {
  const block = blockNamed(name)
  const test = block.tests[Number(input)]
  if (!test) throw new GuestFailure('BLOCK_FAILED', `block ${name} has no test ${String(input)}`)
  const pairs: [string, unknown][] = []
  try {
    await forEachPair(id, block, test.input, signal, (pin, value) => {
      pairs.push([pin, value])
      return pin !== 'error'
    })
  } catch (error) {
    pairs.push(['error', toFailure(error).message])
  }
  const difference = findDifference(test.output, pairs)
  if (difference !== undefined) throw new GuestFailure('BLOCK_FAILED', difference)
}

/** Runs the block on checked inputs and gives every checked pair to `take`, until that returns false. */
async function forEachPair(
  callId: number,
  block: Block,
  input: unknown,
  signal: AbortSignal,
  take: (pin: string, value: unknown) => boolean,
): Promise<void> {
  const parsed = block.input.safeParse(input)
  if (!parsed.success) throw new GuestFailure('BLOCK_INPUT_INVALID', issuesOf(parsed.error.issues, 'input'))
  const pairs = block.run(parsed.data as never, createBlockContext(callId, signal))
  if (Symbol.asyncIterator in pairs) {
    for await (const pair of pairs) if (!take(...checkPair(block, pair))) return
  } else {
    for (const pair of pairs) if (!take(...checkPair(block, pair))) return
  }
}

function checkPair(block: Block, pair: unknown): [string, unknown] {
  if (!Array.isArray(pair) || typeof pair[0] !== 'string')
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', `run must yield [pin, value], got ${JSON.stringify(pair)?.slice(0, 100)}`)
  const [pin, value] = pair as [string, unknown]
  if (pin.startsWith('tools_^_')) return [pin, value]
  const schema = Object.hasOwn(block.output.shape, pin) ? block.output.shape[pin] : undefined
  if (!schema) {
    if (pin === 'error') return [pin, value]
    throw new GuestFailure(
      'BLOCK_OUTPUT_INVALID',
      `no output pin "${pin}"; there are ${Object.keys(block.output.shape).join(', ')}, error`,
    )
  }
  const parsed = (schema as typeof block.output).safeParse(value)
  if (!parsed.success) throw new GuestFailure('BLOCK_OUTPUT_INVALID', issuesOf(parsed.error.issues, `output "${pin}"`))
  return [pin, parsed.data]
}

function issuesOf(issues: { path: PropertyKey[]; message: string }[], subject: string): string {
  return issues.map(({ path, message }) => `${subject}${path.length ? ` "${path.join('.')}"` : ''}: ${message}`).join('; ')
}

function blockNamed(name: string): Block {
  const block = blocks.get(name)
  if (!block) throw new GuestFailure('BLOCK_FAILED', `plugin ${plugin.name} has no block ${name}`)
  return block
}

function toFailure(error: unknown): GuestFailure {
  if (error instanceof GuestFailure) return error
  return new GuestFailure('BLOCK_FAILED', error instanceof Error ? error.message || error.name : String(error))
}
