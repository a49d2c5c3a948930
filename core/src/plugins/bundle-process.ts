/** The process that bundles one plugin of somebody else: it is told what over the channel, answers once, and ends. */
import { AshlarError, messageOf } from '../errors/index.ts'
import { bundleWithMap, type BundleInput } from './bundle.ts'
import type { BundleAnswer } from './bundle-apart.ts'

async function bundle(input: BundleInput): Promise<BundleAnswer> {
  try {
    const { code, map } = await bundleWithMap(input)
    return { code, map }
  } catch (error) {
    return { message: messageOf(error), faults: error instanceof AshlarError ? (error.details.faults ?? []) : [] }
  }
}

process.once('message', (input: BundleInput) => {
  void bundle(input).then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit())
