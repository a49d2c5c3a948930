import { createFakeCapabilities, parseFakes, parseSleep, type CapabilitySession } from '../capabilities/index.ts'
import type { CallRequest, CallSink, Sandbox } from '../sandbox/index.ts'
import type { Block, Plugin } from './block.ts'

/** How one test of a block went. */
export interface BlockTestResult {
  /** Qualified name of the block. */
  block: string
  test: string
  /** The first difference from what was expected, in words; undefined when there is none. */
  difference: string | undefined
}

const TIMEOUT_MS = 10_000
/** Contexts at a time. */
const AT_ONCE = 8

/**
 * Runs every test of every block of a plugin, in a sandbox; what the tests say stands in for the outside.
 *
 * @param options `shareContext`: one after the other in one context, which shows whether they keep state. @default each in its own
 */
export async function testBlocks(
  plugin: Plugin,
  sandbox: Sandbox,
  { shareContext = false }: { shareContext?: boolean } = {},
): Promise<BlockTestResult[]> {
  const cases = plugin.blocks.flatMap((block) => block.tests.map((test, number) => ({ block, test, number })))
  const scopeOf = (i: number): string => `test:${plugin.bundle.digest}${shareContext ? '' : `:${i}`}`
  const results: BlockTestResult[] = []
  const run = async ({ block, test, number }: (typeof cases)[number], i: number): Promise<void> => {
    const difference = await runTest(sandbox, block, number, scopeOf(i))
    results[i] = { block: block.qualifiedName, test, difference }
    if (!shareContext) sandbox.forget(scopeOf(i))
  }
  const queue = cases.entries()
  const work = async (): Promise<void> => {
    for (const [i, each] of queue) await run(each, i)
  }
  await Promise.all(Array.from({ length: shareContext ? 1 : AT_ONCE }, work))
  sandbox.forget(scopeOf(0))
  return results
}

function runTest(sandbox: Sandbox, block: Block, number: number, scope: string): Promise<string | undefined> {
  const request: CallRequest = {
    kind: 'test',
    bundle: block.plugin.bundle,
    cordon: 'test',
    owner: 'test',
    scope,
    affinity: scope,
    grant: block.grant,
    block: block.name,
    input: () => String(number),
    timeoutMs: TIMEOUT_MS,
  }
  const host = hostOf(block)
  return new Promise((resolve) => {
    const end = (error?: Error): void => {
      host.close()
      resolve(error?.message)
    }
    sandbox.call(request, { output: () => {}, hostCall: host.call, end })
  })
}

/** Answers what a block under test asks of its host, from the moment when the guest has said what stands in for the outside. */
function hostOf(block: Block): { call: NonNullable<CallSink['hostCall']>; close(): void } {
  let session: CapabilitySession | undefined
  const open = (inputs: unknown, fakes: unknown): CapabilitySession => {
    const { capabilities } = createFakeCapabilities(parseFakes(fakes), block.plugin)
    const actor = { ownerId: 'test', graphId: 'test' }
    return capabilities.createSession(actor, { block, credentials: {} }, () => inputs as Record<string, unknown>)
  }
  return {
    async call(method, args) {
      if (method === 'test.begin') session = open(args[0], args[1])
      else if (method === 'sleep.begin') return parseSleep(block, args).sleep
      else return (session ??= open({}, {})).perform(method, args)
      return null
    },
    close: () => session?.close(),
  }
}
