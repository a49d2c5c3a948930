import type { BenchContext } from '../context.ts'

/** A call to a sandbox process: nothing decides, nothing is stored. */
type BareCall = (block: string, input: unknown, affinity: string) => Promise<void>

/** @returns calls of the bench plugin's blocks, in the same processes and isolates as those of executions */
export function createBareCall({ runtime, ownerId }: BenchContext): BareCall {
  const { sandbox } = runtime
  const bundle = runtime.plugins.block('bench/fib')?.plugin.bundle
  if (!sandbox || !bundle) throw new Error(`the bench plugin is not there: ${JSON.stringify(runtime.plugins.reports())}`)
  return (block, input, affinity) =>
    new Promise((resolve, reject) => {
      const request = { kind: 'run', bundle, cordon: 'builtin', owner: ownerId, scope: '', affinity, block } as const
      sandbox.call(
        { ...request, input: () => JSON.stringify(input), timeoutMs: 60_000 },
        { output: () => {}, end: (error) => (error ? reject(error) : resolve()) },
      )
    })
}

/** As many calls at once, spread over the processes as those of so many executions. */
export async function callAtOnce(call: BareCall, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => call('no-op', { value: 'hello' }, `bare-${i}`)))
}
