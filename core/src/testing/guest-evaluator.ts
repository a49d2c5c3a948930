import { createHash } from 'node:crypto'
import type { Bundle, CallSink } from '../sandbox/calls/index.ts'
import { createSandbox, type Sandbox } from '../sandbox/index.ts'
import { newTestBundle } from './test-bundle.ts'

/** Runs code as blocks in guests. */
export interface GuestEvaluator {
  /**
   * Runs code as a block in a separate context.
   *
   * @param body the body of an async function that returns a JSON value; `caught(f)` returns the name of the error that
   *   `f` throws or with which it rejects
   * @param top code that runs while the plugin loads
   */
  evaluate(body: string, top?: string): Promise<unknown>
  /** Starts a block. The blocks of one bundle share a context. */
  start(bundle: Bundle, block: string): StartedBlock
  close(): Promise<void>
}

interface StartedBlock {
  /** Resolves with the last value that the block yielded when the block has ended. */
  readonly value: Promise<unknown>
  /** The log lines so far. */
  readonly logs: readonly string[]
  abort(): void
}

const TOP = `const caught = async (f) => { try { await f(); return 'nothing' } catch (error) { return error.name } }
  const read = async (stream) => { const all = []; for await (const chunk of stream) all.push(chunk); return all }
  const streamOf = (...chunks) => new ReadableStream({ start(c) { for (const each of chunks) c.enqueue(each); c.close() } })
  const hex = (data) => new Uint8Array(data).toHex(); const utf8 = (text) => new TextEncoder().encode(text)`

/** @param hostCall performs the host calls of the code. @default every host call returns null */
export async function createGuestEvaluator(hostCall?: CallSink['hostCall']): Promise<GuestEvaluator> {
  const sandbox: Sandbox = await createSandbox({ processes: 1 })
  const start = ({ digest, code }: Bundle, block: string, scope = digest): StartedBlock => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const logs: string[] = []
    let value: unknown
    const abort = sandbox.call(
      {
        kind: 'run',
        bundle: { digest, code },
        cordon: 'builtin',
        owner: 'u',
        scope,
        affinity: 'e',
        block,
        input: () => '{}',
        timeoutMs: 30_000,
      },
      {
        ...(hostCall && { hostCall }),
        output: (_pin, output) => (value = output),
        log: (level, text) => logs.push(`${level}: ${text}`),
        end: (error) => (error ? reject(error) : resolve(value)),
      },
    )
    return { value: promise, logs, abort }
  }
  return {
    evaluate(body, top = '') {
      const bundle = newTestBundle(
        { code: `async *run(_input, context) { yield ['out', await (async () => { ${body} })()] }` },
        `${top};${TOP}`,
      )
      const scope = createHash('sha256').update(body).digest('hex')
      return start(bundle, 'code', scope).value.finally(() => sandbox.forget(scope))
    },
    start,
    close: () => sandbox.close(),
  }
}
