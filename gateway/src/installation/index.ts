export { PLUGIN_ROOTS, openInstallation, ownerKeyFile, sandboxLimits, warnAboutIsolation } from './installation.ts'
export { readKey } from './key-file.ts'
export type { Installation } from './installation.ts'
export { readSecretKeys } from './secret-keys.ts'
