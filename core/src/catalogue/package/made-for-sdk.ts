import { z } from 'zod'
import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'
import { isNewerMinor, isVersion, lowestOf } from './versions.ts'

const ranges = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** What a package.json says of the SDK, beside `ashlar.sdk`. */
export const sdkRangesSchema = z.object({ peerDependencies: ranges, dependencies: ranges, devDependencies: ranges })
/** The version with which the package was packed, as `ashlar plugin pack` writes it. */
export const packedSdkSchema = z.string().max(64).refine(isVersion, 'must be a version like "1.2.3"').optional()

/**
 * The version of the SDK that a package was made for: the one that it was packed with, else the lowest of a range that names one.
 *
 * @returns undefined when it says none: it is made for any
 */
export function madeForSdk(packed: string | undefined, given: z.output<typeof sdkRangesSchema>): string | undefined {
  const { peerDependencies, dependencies, devDependencies } = given
  const named = [peerDependencies, dependencies, devDependencies].map((each) => each?.['@ashlar/sdk'])
  return packed ?? named.map((range) => (typeof range === 'string' ? lowestOf(range) : undefined)).find(Boolean)
}

/** Why this installation cannot run what is made for a version of the SDK. */
export function sdkFault(madeFor: string | undefined): string | undefined {
  if (madeFor === undefined || !isNewerMinor(madeFor, SDK_VERSION)) return undefined
  return `it is made for @ashlar/sdk ${madeFor}, this installation has ${SDK_VERSION} and must be brought up to date first`
}
