import type { Fakes, TypedBlock } from '@ashlar/sdk'
import type { z } from 'zod'
import { createFakeCapabilities, parseFakes, parseSleep, type SentRequest } from '../capabilities/index.ts'
import type { AshlarError } from '../errors/index.ts'
import type { Block } from '../plugins/index.ts'
import type { CallRequest, CallSink, Sandbox } from '../sandbox/index.ts'
import { pluginIn } from './plugin.ts'
import { withSandbox } from './sandbox.ts'

export interface RunOptions extends Fakes {
  /** Of the package that the block is in. @default the working directory */
  folder?: string
  /** @default what the block says, or 60 000 */
  timeoutMs?: number
}

/** What one run of a block has done. */
export interface BlockRun<Output extends z.ZodObject = z.ZodObject> {
  /** Pairs in the order in which they were yielded. */
  outputs: { [Pin in keyof z.output<Output> & string]: [pin: Pin, value: z.output<Output>[Pin]] }[keyof z.output<Output> &
    string][]
  /** What ended it, where it failed: `BLOCK_FAILED`, `TIMEOUT`, `HTTP_DENIED` … */
  error: { code: string; message: string } | undefined
  /** In the order in which they were sent, as the service would get them: with the secrets of credentials. */
  requests: SentRequest[]
  /** What is stored after it, by scope and key. */
  stored: Record<string, Record<string, unknown>>
  /** Files after it, by path. */
  files: Record<string, Buffer>
  logs: { level: string; text: string }[]
}

const DEFAULT_TIMEOUT_MS = 60_000

/**
 * Runs a block of the package under test in a real sandbox, with what `options` say in place of the outside.
 *
 * @throws {AshlarError} PLUGIN_INVALID PLUGIN_LOAD_FAILED when the package does not load, BAD_INPUT when the fakes are not valid
 * @throws {TypeError} when the block is not one that the package exports
 */
export function runBlock<Input extends z.ZodObject, Output extends z.ZodObject>(
  block: TypedBlock<Input, Output>,
  input: z.input<Input>,
  { folder = process.cwd(), timeoutMs = block.timeoutMs ?? DEFAULT_TIMEOUT_MS, ...fakes }: RunOptions = {},
): Promise<BlockRun<Output>> {
  return withSandbox(async (sandbox) => {
    const plugin = await pluginIn(folder, sandbox)
    const found = plugin.blocks.find(({ id }) => id === block.id)
    if (!found) throw new TypeError(`block ${block.name} (${block.id}) is not among those that ${plugin.packageName} exports`)
    return (await run(sandbox, found, input, timeoutMs, fakes)) as BlockRun<Output>
  })
}

let runs = 0

async function run(sandbox: Sandbox, block: Block, input: unknown, timeoutMs: number, given: Fakes): Promise<BlockRun> {
  const fakes = parseFakes(given)
  const { capabilities, requests, stored, files } = createFakeCapabilities(fakes, block.plugin)
  const session = capabilities.createSession(
    { id: 'test', ownerId: 'test', graphId: 'test' },
    { block, credentials: {} },
    () => ({
      ...(input as object),
    }),
  )
  const done: Pick<BlockRun, 'outputs' | 'logs'> = { outputs: [], logs: [] }
  const scope = `run:${++runs}`
  const request: CallRequest = {
    kind: 'trial',
    bundle: block.plugin.bundle,
    cordon: 'test',
    owner: 'test',
    scope,
    affinity: scope,
    grant: block.grant,
    block: block.name,
    input: () => JSON.stringify({ input, now: fakes.now }),
    timeoutMs,
  }
  const error = await new Promise<AshlarError | undefined>((resolve) => {
    const sink: CallSink = {
      output: (pin, value) => void done.outputs.push([pin, value] as never),
      log: (level, text) => void done.logs.push({ level, text }),
      hostCall: async (method, args) =>
        method === 'sleep.begin' ? parseSleep(block, args).sleep : session.perform(method, args),
      end: resolve,
    }
    sandbox.call(request, sink)
  })
  session.close()
  sandbox.forget(scope)
  const values = [...stored].map(([name, keys]) => [name, Object.fromEntries(keys)])
  return {
    ...done,
    error: error && { code: error.code, message: error.message },
    requests,
    files: Object.fromEntries(files),
    stored: Object.fromEntries(values) as BlockRun['stored'],
  }
}
