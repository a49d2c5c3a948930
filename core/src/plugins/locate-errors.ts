import type { AshlarError } from '../errors/index.ts'
import type { BundleStore } from './registry.ts'
import { locateStack, originsIn, type FindOrigin, type LocatedStack } from './stack-position.ts'

/** Finds where an error of a block was thrown, in the source of its plugin. */
export interface ErrorLocator {
  /**
   * Only for calls that have failed: it may read a source map from the database.
   *
   * @param digest of the bundle whose code ran
   * @returns undefined where that is not known
   */
  locate(error: AshlarError, digest: string): Promise<LocatedStack | undefined>
}

/** Source maps that are kept in memory, the one used last at the end. */
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
    async locate({ details: { stack } }, digest) {
      return typeof stack === 'string' ? locateStack(stack, digest, await originsOf(digest)) : undefined
    },
  }
}
