import { parseFakes } from '../../capabilities/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { CallRequest, CallSink } from '../../sandbox/calls/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import type { Block, Plugin } from '../../blocks/index.ts'
import { createFakeSession } from './fake-session.ts'

/** A run of a block with the inputs and fakes of one of its tests. */
export interface Example {
  /** Qualified name of the block. */
  block: string
  /** Name of the test. */
  test: string
  input: unknown
  /** The yielded pairs in order; a failure is `['error', message]`. */
  outputs: [pin: string, value: unknown][]
}

const TIMEOUT_MS = 10_000

/** Runs the first test of each block with its fakes, and returns the outputs. */
export async function runExamples(plugin: Plugin, sandbox: Sandbox): Promise<Example[]> {
  const examples: Example[] = []
  for (const block of plugin.blocks) {
    const [test] = block.tests
    if (test !== undefined) examples.push({ block: block.qualifiedName, test, ...(await runExample(block, sandbox)) })
  }
  return examples
}

async function runExample(block: Block, sandbox: Sandbox): Promise<Pick<Example, 'input' | 'outputs'>> {
  const { input, fakes: given } = await readTest(block, sandbox)
  const fakes = parseFakes(given)
  const session = createFakeSession(block, fakes, input as Record<string, unknown>)
  const outputs: Example['outputs'] = []
  const error = await call(sandbox, block, 'trial', JSON.stringify({ input, now: fakes.now }), {
    output: (pin, value) => void outputs.push([pin, value]),
    hostCall: session.hostCall,
  })
  session.close()
  const hasFailed = error !== undefined && outputs.at(-1)?.[0] !== 'error'
  return { input, outputs: hasFailed ? [...outputs, ['error', error.message]] : outputs }
}

/** A guest starts a test by reporting its inputs and fakes. This function stops the test there. */
async function readTest(block: Block, sandbox: Sandbox): Promise<{ input: unknown; fakes: unknown }> {
  let reported: readonly unknown[] = []
  await call(sandbox, block, 'test', '0', {
    output: () => {},
    hostCall: (method, args) => {
      if (method === 'test.begin') reported = args
      return Promise.reject(new AshlarError('CANCELLED', 'the test is being read, not run'))
    },
  })
  const [input = {}, fakes = {}] = reported
  return { input, fakes }
}

function call(
  sandbox: Sandbox,
  block: Block,
  kind: 'test' | 'trial',
  input: string,
  sink: Pick<CallSink, 'output' | 'hostCall'>,
): Promise<AshlarError | undefined> {
  const { bundle } = block.plugin
  const scope = `example:${bundle.digest}:${block.name}:${kind}`
  const place = { bundle, cordon: 'test', owner: 'test', scope, affinity: scope, grant: block.capabilityKey }
  const request: CallRequest = { kind, ...place, block: block.name, input: () => input, timeoutMs: TIMEOUT_MS }
  return new Promise((resolve) => {
    const end = (error?: AshlarError): void => {
      sandbox.forget(scope)
      resolve(error)
    }
    sandbox.call(request, { ...sink, end })
  })
}
