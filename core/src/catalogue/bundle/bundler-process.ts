/**
 * The process that bundles untrusted plugins. It reads a `BundleInput` as JSON from each line of its standard input and
 * writes the response as a line to its standard output. It bundles the same input faster the second time. With
 * `--probe` it exits with status 0 if the bundler works.
 */
import { createInterface } from 'node:readline'
import { AshlarError, errorMessage } from '../../base/index.ts'
import { transform } from 'esbuild'
import { openBundler, NodeModulesNeeded, type Bundler, type BundleInput } from './bundle.ts'
import type { BundlerAnswer } from './bundler-answer.ts'

if (process.argv.includes('--probe')) {
  await transform('')
  process.exit()
}

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

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
process.exit()
