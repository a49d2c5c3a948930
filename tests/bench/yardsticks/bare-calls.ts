import type { BenchContext } from '../context.ts'

/** A call to a sandbox process, without scheduling and storage. */
type BareCall = (block: string, input: unknown, affinity: string) => Promise<void>

/** @returns a function that calls blocks of the bench plugin in the processes and isolates of executions */
export function createBareCall({ runtime, ownerId }: BenchContext): BareCall {
  const { sandbox } = runtime
  const bundle = runtime.plugins.block('bench/fib')?.plugin.bundle
  if (!sandbox || !bundle) throw new Error(`the bench plugin is not loaded: ${JSON.stringify(runtime.plugins.reports())}`)
  return (block, input, affinity) =>
    new Promise((resolve, reject) => {
      const request = { kind: 'run', bundle, cordon: 'builtin', owner: ownerId, scope: '', affinity, block } as const
      sandbox.call(
        { ...request, input: () => JSON.stringify(input), timeoutMs: 60_000 },
        { output: () => {}, end: (error) => (error ? reject(error) : resolve()) },
      )
    })
}

/** Makes concurrent calls, distributed over the processes like those of separate executions. */
export async function callAtOnce(call: BareCall, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => call('no-op', { value: 'hello' }, `bare-${i}`)))
}
