/**
 * The process that bundles untrusted plugins. It reads a `BundleInput` as JSON from each line of descriptor 3, and
 * writes the response as a line to its standard output. It bundles the same input faster the second time. Node reads
 * this program, bundled into one module, from its standard input.
 */
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { AshlarError, errorMessage } from '../../base/index.ts'
import { openBundler, NodeModulesNeeded, type Bundler, type BundleInput } from './bundle.ts'
import type { BundlerAnswer } from './bundler-answer.ts'

const REQUESTS_FD = 3

let open: { input: string; bundler: Bundler } | undefined

async function answer(input: string): Promise<BundlerAnswer> {
  try {
    if (open?.input !== input) {
      await open?.bundler.close()
      open = { input, bundler: await openBundler(JSON.parse(input) as BundleInput) }
    }
    return await open.bundler.bundle()
  } catch (error) {
    if (error instanceof NodeModulesNeeded) return { needs: 'node-modules' }
    return { message: errorMessage(error), faults: error instanceof AshlarError ? [...(error.details.faults ?? [])] : [] }
  }
}

for await (const line of createInterface({ input: new Socket({ fd: REQUESTS_FD }) }))
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
process.exit()
