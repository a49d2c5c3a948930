export { PLUGIN_ROOTS, openInstallation, ownerKeyFile, sandboxLimits } from './installation.ts'
export { readOwnerKey } from './owner-key.ts'
export type { Installation } from './installation.ts'
