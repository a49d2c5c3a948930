import { findGlobalUses } from '@ashlar/core'
import type { Finding } from './finding.ts'

/** Finds globals of Node and browsers that a plugin uses and the sandbox does not provide. @param used the plugin's own source files */
export async function findGlobals(folder: string, used: readonly string[]): Promise<Finding[]> {
  const uses = await findGlobalUses(folder, used)
  return uses.map(({ name, remedy, position }) => {
    return { level: 'warning', code: 'MISSING_GLOBAL', position, message: `the sandbox has no global ${name}: ${remedy}` }
  })
}
