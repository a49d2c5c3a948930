import { Lru, type AshlarError } from '../../base/index.ts'
import type { BundleStore } from './registry.ts'
import type { Block, LocatedStack, Plugin } from '../../blocks/index.ts'
import { locateOutput, locateStack, toOriginFinder, type FindOrigin } from '../loading/index.ts'

/** Locates errors of blocks in the source of their plugin. */
export interface ErrorLocator {
  /**
   * May read a source map from the database, so it is only for failed calls.
   *
   * @param block the block that failed
   * @returns undefined when the location is unknown, and for a plugin that is part of Ashlar: its users cannot change
   * its source
   */
  locate(error: AshlarError, block: Block): Promise<LocatedStack | undefined>
}

/** The maximum number of source maps that are cached. */
const MAX_CACHED = 20
/** A change of the source that does not change the code gives the same digest another map. */
const CACHE_MS = 30_000

export function createErrorLocator(bundles: Pick<BundleStore, 'sourceMap'>, now = Date.now): ErrorLocator {
  const cached = new Lru<string, { until: number; origins: Promise<FindOrigin> }>(MAX_CACHED)
  const loadOrigins = (digest: string): Promise<FindOrigin> => {
    const known = cached.get(digest)
    if (known && known.until > now()) return known.origins
    const origins = bundles.sourceMap(digest).then(toOriginFinder)
    cached.set(digest, { until: now() + CACHE_MS, origins })
    return origins
  }
  return {
    async locate({ details: { stack } }, block) {
      if (typeof stack !== 'string' || isPartOfAshlar(block.plugin)) return undefined
      return locateError(stack, block, await loadOrigins(block.plugin.bundle.digest))
    },
  }
}

/** @param stack the stack that the guest reported */
export function locateError(stack: string, block: Block, findOrigin: FindOrigin): LocatedStack | undefined {
  return locateOutput(stack, block, findOrigin) ?? locateStack(stack, block.plugin.bundle.digest, findOrigin)
}

/** The npm scope belongs to Ashlar. */
function isPartOfAshlar({ builtin, packageName }: Plugin): boolean {
  return builtin && packageName.startsWith('@ashlar/')
}
