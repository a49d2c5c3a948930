import { AshlarError, inLanes } from '../../base/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createPlugin } from '../../blocks/index.ts'
import { describeBundle } from '../loading/index.ts'
import type { BundleStore } from './registry.ts'

const LANES = 8

/** Reads the manifests again that an older release has read of what is installed from the store; one that fails stays as it is. */
export async function describeInstalled(bundles: BundleStore, sandbox: Sandbox): Promise<void> {
  await inLanes(await bundles.outdated(), LANES, async (digest) => {
    const kept = await bundles.read(digest)
    if (!kept) return
    try {
      await bundles.keep([createPlugin(kept, await describeBundle(kept.bundle, sandbox))])
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
    }
  })
}
