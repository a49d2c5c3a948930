import { createFakeCapabilities, parseFakes, parseSleep, type CapabilitySession } from '../capabilities/index.ts'
import type { BlockTestResult } from '@ashlar/sdk'
import type { CallRequest, CallSink, Sandbox } from '../sandbox/index.ts'
import type { Block, Plugin } from './block.ts'

const TIMEOUT_MS = 10_000
const LATE = 'the tests together did not finish in time'

interface TestOptions {
  /** Who shares the process with them. @default 'test' */
  cordon?: string
  /** For all together; those that have not ended by then differ. @default 600 000 */
  withinMs?: number
}

interface TestPlace {
  scope: string
  cordon: string
  late: AbortSignal
}

/**
 * Runs every test of every block of a plugin, in a sandbox, with what the tests say in place of the outside: one after the other in
 * one context, which is cheap and leaves each the clock to itself.
 */
export async function testBlocks(
  plugin: Plugin,
  sandbox: Sandbox,
  { cordon = 'test', withinMs = 600_000 }: TestOptions = {},
): Promise<BlockTestResult[]> {
  const scope = `test:${plugin.bundle.digest}`
  const place = { scope, cordon, late: AbortSignal.timeout(withinMs) }
  const results: BlockTestResult[] = []
  for (const block of plugin.blocks)
    for (const [number, test] of block.tests.entries())
      results.push({ block: block.qualifiedName, test, difference: await runTest(sandbox, block, number, place) })
  sandbox.forget(scope)
  return results
}

function runTest(
  sandbox: Sandbox,
  block: Block,
  number: number,
  { scope, cordon, late }: TestPlace,
): Promise<string | undefined> {
  if (late.aborted) return Promise.resolve(LATE)
  const request: CallRequest = {
    kind: 'test',
    bundle: block.plugin.bundle,
    cordon,
    owner: cordon,
    scope,
    affinity: scope,
    grant: block.grant,
    block: block.name,
    input: () => String(number),
    timeoutMs: TIMEOUT_MS,
  }
  return new Promise((resolve) => {
    const host = hostOf(block)
    const end = (difference: string | undefined): void => {
      late.removeEventListener('abort', giveUp)
      host.close()
      resolve(difference)
    }
    const giveUp = (): void => {
      abort()
      end(LATE)
    }
    late.addEventListener('abort', giveUp)
    const abort = sandbox.call(request, { output: () => {}, hostCall: host.call, end: (error) => end(error?.message) })
  })
}

/** Answers what a block under test asks of its host, from the moment when the guest has said what stands in for the outside. */
function hostOf(block: Block): { call: NonNullable<CallSink['hostCall']>; close(): void } {
  let session: CapabilitySession | undefined
  const open = (inputs: unknown, fakes: unknown): CapabilitySession => {
    const { capabilities } = createFakeCapabilities(parseFakes(fakes), block.plugin)
    const actor = { id: 'test', ownerId: 'test', graphId: 'test' }
    return capabilities.createSession(actor, { block, credentials: {} }, () => inputs as Record<string, unknown>)
  }
  const call: NonNullable<CallSink['hostCall']> = async (method, args) => {
    if (method === 'test.begin') session = open(args[0], args[1])
    else if (method === 'sleep.begin') return parseSleep(block, args).sleep
    else return (session ??= open({}, {})).perform(method, args)
    return null
  }
  return { call, close: () => session?.close() }
}
