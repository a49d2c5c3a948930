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
const LATE = 'the tests together did not finish in time'
/** Contexts at a time. */
const AT_ONCE = 8

interface TestOptions {
  shareContext?: boolean
  cordon?: string
  withinMs?: number
}

interface TestPlace {
  scope: string
  cordon: string
  late: AbortSignal
}

/**
 * Runs every test of every block of a plugin, in a sandbox; what the tests say stands in for the outside.
 *
 * @param options `shareContext`: one after the other in one context, which shows whether they keep state. @default each in its own
 * · `cordon`: who shares the process with them · `withinMs`: for all together; those that have not ended by then differ
 */
export async function testBlocks(
  plugin: Plugin,
  sandbox: Sandbox,
  { shareContext = false, cordon = 'test', withinMs = 600_000 }: TestOptions = {},
): Promise<BlockTestResult[]> {
  const cases = plugin.blocks.flatMap((block) => block.tests.map((test, number) => ({ block, test, number })))
  const scopeOf = (i: number): string => `test:${plugin.bundle.digest}${shareContext ? '' : `:${i}`}`
  const late = AbortSignal.timeout(withinMs)
  const results: BlockTestResult[] = []
  const run = async ({ block, test, number }: (typeof cases)[number], i: number): Promise<void> => {
    const difference = await runTest(sandbox, block, number, { scope: scopeOf(i), cordon, late })
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
    const abort = sandbox.call(request, { output: () => {}, hostCall: hostOf(block), end: (error) => resolve(error?.message) })
    const end = (): void => {
      abort()
      resolve(LATE)
    }
    late.addEventListener('abort', end)
  })
}

/** Answers what a block under test asks of its host, from the moment when the guest has said what stands in for the outside. */
function hostOf(block: Block): NonNullable<CallSink['hostCall']> {
  let session: CapabilitySession | undefined
  const open = (inputs: unknown, fakes: unknown): CapabilitySession => {
    const { capabilities } = createFakeCapabilities(parseFakes(fakes), block.plugin)
    const actor = { id: 'test', ownerId: 'test', graphId: 'test' }
    return capabilities.createSession(actor, { block, credentials: {} }, () => inputs as Record<string, unknown>)
  }
  return async (method, args) => {
    if (method === 'test.begin') session = open(args[0], args[1])
    else if (method === 'sleep.begin') return parseSleep(block, args).sleep
    else return (session ??= open({}, {})).perform(method, args)
    return null
  }
}
