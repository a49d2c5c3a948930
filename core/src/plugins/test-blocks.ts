import type { Sandbox } from '../sandbox/index.ts'
import type { Plugin } from './block.ts'

/** How one test of a block went. */
export interface BlockTestResult {
  /** Qualified name of the block. */
  block: string
  test: string
  /** The first difference from what was expected, in words; undefined when there is none. */
  difference: string | undefined
}

const TIMEOUT_MS = 10_000

/** Runs every test of every block of a plugin, in a sandbox. */
export async function testBlocks(plugin: Plugin, sandbox: Sandbox): Promise<BlockTestResult[]> {
  const scope = `test:${plugin.bundle.digest}`
  const cases = plugin.blocks.flatMap((block) => block.tests.map((test, number) => ({ block, test, number })))
  const results = await Promise.all(
    cases.map(
      ({ block, test, number }) =>
        new Promise<BlockTestResult>((resolve) => {
          const end = (difference?: string): void => resolve({ block: block.qualifiedName, test, difference })
          sandbox.call(
            {
              kind: 'test',
              bundle: plugin.bundle,
              cordon: 'test',
              owner: 'test',
              scope,
              affinity: scope,
              block: block.name,
              input: () => String(number),
              timeoutMs: TIMEOUT_MS,
            },
            { output: () => {}, end: (error) => end(error?.message) },
          )
        }),
    ),
  )
  sandbox.forget(scope)
  return results
}
