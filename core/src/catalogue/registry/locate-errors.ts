import type { AshlarError } from '../../base/index.ts'
import type { BundleStore } from './registry.ts'
import type { Block, Plugin } from '../../blocks/index.ts'
import { locateOutput, locateStack, originsIn, type FindOrigin, type LocatedStack } from '../loading/index.ts'

/** Locates errors of blocks in the source of their plugin. */
export interface ErrorLocator {
  /**
   * Use it only for failed calls: it may read a source map from the database.
   *
   * @param block that failed
   * @returns undefined when the location is unknown, and for a plugin that is part of Ashlar, whose source its users cannot change
   */
  locate(error: AshlarError, block: Block): Promise<LocatedStack | undefined>
}

/** The number of source maps to cache in memory, in order of their last use. */
const MAX_KEPT = 20
/** A plugin whose source has changed, but not its code, has another map under the same digest. */
const KEEP_MS = 30_000

export function createErrorLocator(bundles: Pick<BundleStore, 'sourceMap'>, now = Date.now): ErrorLocator {
  const kept = new Map<string, { until: number; origins: Promise<FindOrigin> }>()
  const originsOf = (digest: string): Promise<FindOrigin> => {
    const known = kept.get(digest)
    kept.delete(digest)
    const entry =
      known && known.until > now() ? known : { until: now() + KEEP_MS, origins: bundles.sourceMap(digest).then(originsIn) }
    kept.set(digest, entry)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    return entry.origins
  }
  return {
    async locate({ details: { stack } }, block) {
      if (typeof stack !== 'string' || isPartOfAshlar(block.plugin)) return undefined
      return locateError(stack, block, await originsOf(block.plugin.bundle.digest))
    },
  }
}

/** @param stack that the guest has reported */
export function locateError(stack: string, block: Block, findOrigin: FindOrigin): LocatedStack | undefined {
  return locateOutput(stack, block, findOrigin) ?? locateStack(stack, block.plugin.bundle.digest, findOrigin)
}

/** The npm scope belongs to Ashlar. */
function isPartOfAshlar({ builtin, packageName }: Plugin): boolean {
  return builtin && packageName.startsWith('@ashlar/')
}
