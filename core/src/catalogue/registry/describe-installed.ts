import { AshlarError, mapConcurrently } from '../../base/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { buildPlugin } from '../../blocks/index.ts'
import { describeBundle } from '../loading/index.ts'
import type { BundleStore } from './registry.ts'

const LANES = 8

/**
 * Reads again the manifests of store plugins that an older release has read. A manifest that cannot be read stays
 * unchanged.
 */
export async function describeInstalled(bundles: BundleStore, sandbox: Sandbox): Promise<void> {
  await mapConcurrently(await bundles.listOutdated(), LANES, async (digest) => {
    const facts = await bundles.readFacts(digest)
    if (!facts) return
    try {
      await bundles.save([buildPlugin(facts, await describeBundle(facts.bundle, sandbox))])
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
    }
  })
}
