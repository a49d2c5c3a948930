import type { Fakes } from '@ashlar/sdk'
import { stringifyJson } from '@ashlar/sdk/json'
import { parseFakes } from '../../capabilities/index.ts'
import { AshlarError } from '../../base/index.ts'
import { createFakeSession } from '../../catalogue/trial/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { CallRequest, CallSink } from '../../sandbox/calls/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { findBlock } from './plugin.ts'
import { withSandbox } from './sandbox.ts'
import type { BlockRun, RunBlock } from './types.ts'

const DEFAULT_TIMEOUT_MS = 60_000
/** A run of a block with a `many` pin may yield any number of values, but a test keeps them all. */
const MAX_OUTPUTS = 100_000

/** See {@link RunBlock}. */
export const runBlock: RunBlock = (block, input, { folder = process.cwd(), timeoutMs, ...fakes } = {}) =>
  withSandbox(async (sandbox) => {
    const found = await findBlock(folder, block, sandbox)
    const run = await runIn(sandbox, found, input, timeoutMs ?? block.timeoutMs ?? DEFAULT_TIMEOUT_MS, fakes)
    return run as never // the sandbox has validated the outputs
  })

let runs = 0

async function runIn(sandbox: Sandbox, block: Block, input: unknown, timeoutMs: number, given: Fakes): Promise<BlockRun> {
  const fakes = parseFakes(given)
  const { requests, hostCalls, stored, files, hostCall, close } = createFakeSession(block, fakes, { ...(input as object) })
  const done: Pick<BlockRun, 'outputs' | 'logs'> = { outputs: [], logs: [] }
  const inputJson = stringifyJson({ input, now: fakes.now })
  const scope = `run:${++runs}`
  const request: CallRequest = {
    kind: 'trial',
    bundle: block.plugin.bundle,
    cordon: 'test',
    owner: 'test',
    scope,
    affinity: scope,
    capabilityKey: block.capabilityKey,
    block: block.name,
    manyPins: block.loopPins,
    input: () => inputJson,
    timeoutMs,
  }
  const error = await new Promise<AshlarError | undefined>((resolve) => {
    const sink: CallSink = {
      output: (pin, value) => {
        if (done.outputs.push([pin, value] as never) < MAX_OUTPUTS) return
        abort()
        resolve(new AshlarError('OUTPUT_LIMIT', `runBlock keeps at most ${MAX_OUTPUTS} outputs of a run`))
      },
      log: (level, text) => void done.logs.push({ level, text }),
      hostCall,
      end: resolve,
    }
    const abort = sandbox.call(request, sink)
  })
  close()
  sandbox.forget(scope)
  const values = [...stored].map(([name, keys]) => [name, Object.fromEntries(keys)])
  return {
    ...done,
    error: error && { code: error.code, message: error.message },
    requests,
    hostCalls,
    files: Object.fromEntries(files),
    stored: Object.fromEntries(values) as BlockRun['stored'],
  }
}
