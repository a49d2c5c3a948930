import { parseFakes } from '../../capabilities/index.ts'
import type { BlockTestResult } from '@ashlar/sdk'
import type { CallRequest } from '../../sandbox/calls/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import type { Block, Plugin } from '../../blocks/index.ts'
import { createFakeSession, type FakeSession } from './fake-session.ts'
import { locateError } from '../registry/index.ts'
import { toOriginFinder, showPosition, type FindOrigin } from '../loading/index.ts'

const TIMEOUT_MS = 10_000
let runs = 0

const OUT_OF_TIME = 'the tests did not finish within their common time limit'

interface TestOptions {
  /** Calls with the same cordon may share a process. @default 'test' */
  cordon?: string
  /** Time limit for all tests together; unfinished tests fail. @default 600 000 */
  withinMs?: number
  /** How often all tests run in the same context, to find state that a block keeps between calls. @default 1 */
  rounds?: number
}

interface TestPlace {
  scope: string
  cordon: string
  late: AbortSignal
}

/**
 * Runs every test of every block of a plugin in a sandbox, with the fakes of the test. The tests run one at a time in
 * one context: this is cheap, and each test has the clock of the context to itself.
 */
export async function testBlocks(
  plugin: Plugin,
  sandbox: Sandbox,
  { cordon = 'test', withinMs = 600_000, rounds = 1 }: TestOptions = {},
): Promise<BlockTestResult[]> {
  const scope = `test:${plugin.bundle.digest}:${++runs}`
  const place = { scope, cordon, late: AbortSignal.timeout(withinMs) }
  const results: BlockTestResult[] = []
  const { map = '' } = plugin.bundle
  let origins: FindOrigin | undefined
  const tests = plugin.blocks.flatMap((block) => block.tests.map((test, number) => ({ block, test, number })))
  for (const { block, test, number } of Array.from({ length: rounds }, () => tests).flat()) {
    const { difference, stack = '' } = await runTest(sandbox, block, number, place)
    const thrown = stack === '' ? undefined : locateError(stack, block, (origins ??= toOriginFinder(map)))
    const where = thrown && { thrownAt: showPosition(thrown.position), stack: thrown.stack }
    results.push({ block: block.qualifiedName, test, difference, ...where })
  }
  sandbox.forget(scope)
  return results
}

interface TestEnd {
  difference: string | undefined
  /** The stack of the block's error, with positions in the bundle. */
  stack?: string
}

function runTest(sandbox: Sandbox, block: Block, number: number, { scope, cordon, late }: TestPlace): Promise<TestEnd> {
  if (late.aborted) return Promise.resolve({ difference: OUT_OF_TIME })
  const request: CallRequest = {
    kind: 'test',
    bundle: block.plugin.bundle,
    cordon,
    owner: cordon,
    scope,
    affinity: scope,
    capabilityKey: block.capabilityKey,
    block: block.name,
    input: () => String(number),
    timeoutMs: TIMEOUT_MS,
  }
  return new Promise((resolve) => {
    const host = createTestHost(block)
    const end = (difference: string | undefined, stack?: unknown): void => {
      late.removeEventListener('abort', giveUp)
      host.close()
      resolve({ difference, ...(typeof stack === 'string' && { stack }) })
    }
    const giveUp = (): void => {
      abort()
      end(OUT_OF_TIME)
    }
    late.addEventListener('abort', giveUp)
    const abort = sandbox.call(request, {
      output: () => {},
      hostCall: host.call,
      end: (error) => end(error?.message, error?.details.stack),
    })
  })
}

/** Answers the host calls of a block under test. The guest first reports the fakes of the test. */
function createTestHost(block: Block): { call: FakeSession['hostCall']; close(): void } {
  let session: FakeSession | undefined
  const open = (inputs: unknown, fakes: unknown): FakeSession =>
    createFakeSession(block, parseFakes(fakes), inputs as Record<string, unknown>)
  const call: FakeSession['hostCall'] = async (method, args) => {
    if (method !== 'test.begin') return (session ??= open({}, {})).hostCall(method, args)
    session = open(args[0], args[1])
    return null
  }
  return { call, close: () => session?.close() }
}
