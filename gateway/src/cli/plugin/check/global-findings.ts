import { findGlobalUses } from '@ashlar/core'
import type { Finding } from './finding.ts'

/** Globals of Node and of browsers that the plugin uses, and a sandbox does not have. @param used its own source files */
export async function findGlobals(folder: string, used: readonly string[]): Promise<Finding[]> {
  const uses = await findGlobalUses(folder, used)
  return uses.map(({ name, remedy, position }) => {
    return { level: 'warning', code: 'MISSING_GLOBAL', position, message: `a sandbox has no global ${name}: ${remedy}` }
  })
}
