import { createHash } from 'node:crypto'
import type { CallSink } from '../call.ts'
import { createSandbox, type Sandbox } from '../index.ts'
import { bundleOf } from '../test-bundle.ts'

/** Runs code as a block's, each in a context of its own. */
export interface GuestEvaluator {
  /**
   * @param body of an async function that returns a value with a JSON form; `caught(f)` gives the name of the error that `f`
   *   throws or rejects with
   * @param top runs while the plugin loads
   */
  evaluate(body: string, top?: string): Promise<unknown>
  close(): Promise<void>
}

const TOP = `const caught = async (f) => { try { await f(); return 'nothing' } catch (error) { return error.name } }
  const read = async (stream) => { const all = []; for await (const chunk of stream) all.push(chunk); return all }
  const streamOf = (...chunks) => new ReadableStream({ start(c) { for (const each of chunks) c.enqueue(each); c.close() } })
  const hex = (data) => new Uint8Array(data).toHex(); const utf8 = (text) => new TextEncoder().encode(text)`

/** @param hostCall answers what the code asks of its host. @default it may ask nothing */
export async function createGuestEvaluator(hostCall?: CallSink['hostCall']): Promise<GuestEvaluator> {
  const sandbox: Sandbox = await createSandbox({ processes: 1 })
  return {
    evaluate: (body, top = '') =>
      new Promise((resolve, reject) => {
        let value: unknown
        const bundle = bundleOf(
          { code: `async *run(_input, context) { yield ['out', await (async () => { ${body} })()] }` },
          `${top};${TOP}`,
        )
        const scope = createHash('sha256').update(body).digest('hex')
        sandbox.call(
          {
            kind: 'run',
            bundle,
            cordon: 'builtin',
            owner: 'u',
            scope,
            affinity: 'e',
            block: 'code',
            input: () => '{}',
            timeoutMs: 5000,
          },
          {
            ...(hostCall && { hostCall }),
            output: (_pin, output) => (value = output),
            end: (error) => {
              sandbox.forget(scope)
              if (error) reject(error)
              else resolve(value)
            },
          },
        )
      }),
    close: () => sandbox.close(),
  }
}
