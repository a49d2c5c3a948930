import { z } from 'zod'
import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'
import { isNewerMinor, isVersion, lowestVersion } from './versions.ts'

const ranges = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** The dependencies on the SDK in a package.json, beside `ashlar.sdk`. */
export const sdkRangesSchema = z.object({ peerDependencies: ranges, dependencies: ranges, devDependencies: ranges })
/** The version with which the package was packed, as `ashlar plugin pack` writes it. */
export const packedSdkSchema = z.string().max(64).refine(isVersion, 'must be a version like "1.2.3"').optional()

/**
 * Returns the SDK version that a package was built for: the version it was packed with, else the lowest version of its dependency range.
 *
 * @returns undefined when neither is known: the package is accepted with any SDK
 */
export function findSdkVersion(packed: string | undefined, given: z.output<typeof sdkRangesSchema>): string | undefined {
  const { peerDependencies, dependencies, devDependencies } = given
  const named = [peerDependencies, dependencies, devDependencies].map((each) => each?.['@ashlar/sdk'])
  return packed ?? named.map((range) => (typeof range === 'string' ? lowestVersion(range) : undefined)).find(Boolean)
}

/** Explains why this installation cannot run a plugin built for an SDK version. @returns undefined when it can */
export function sdkFault(madeFor: string | undefined): string | undefined {
  if (madeFor === undefined || !isNewerMinor(madeFor, SDK_VERSION)) return undefined
  return `it is built for @ashlar/sdk ${madeFor}, but this installation has ${SDK_VERSION}; update the installation first`
}
