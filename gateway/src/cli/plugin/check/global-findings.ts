import { findFetchUses, findGlobalUses, type Draft } from '@ashlar/core'
import type { Finding } from './finding.ts'

/**
 * Finds globals of Node and browsers that a plugin uses and the sandbox does not provide.
 *
 * @param used the plugin's own source files
 */
export async function findGlobals(folder: string, used: readonly string[]): Promise<Finding[]> {
  const uses = await findGlobalUses(folder, used)
  return uses.map(({ name, remedy, position }) => {
    return { level: 'warning', code: 'MISSING_GLOBAL', position, message: `the sandbox has no global ${name}: ${remedy}` }
  })
}

/** Finds packages in the bundle that use the global `fetch`, which a sandbox does not have. */
export async function findFetch({ bundle }: Draft): Promise<Finding[]> {
  const uses = await findFetchUses(bundle)
  return uses.map(({ packageName, position }) => {
    const message = `${packageName} uses the global fetch, which a sandbox does not have: pass context.fetch to it, if it accepts a fetch function`
    return { level: 'warning', code: 'MISSING_GLOBAL', position, message }
  })
}
