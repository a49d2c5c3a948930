import { AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import { buildPlugin } from './block.ts'
import { inLanes } from './in-lanes.ts'
import { describeBundle } from './load.ts'
import type { BundleStore } from './registry.ts'

const LANES = 8

/** Reads the manifests again that an older release has read of what is installed from the store; one that fails stays as it is. */
export async function describeInstalled(bundles: BundleStore, sandbox: Sandbox): Promise<void> {
  await inLanes(await bundles.listOutdated(), LANES, async (digest) => {
    const kept = await bundles.readFacts(digest)
    if (!kept) return
    try {
      await bundles.save([buildPlugin(kept, await describeBundle(kept.bundle, sandbox))])
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
    }
  })
}
