import type { PluginOrigin } from './block.ts'

/** A plugin package that was found, before any of its code is read. */
export interface PluginSource {
  origin: PluginOrigin
  folder: string
  packageName: string
  version: string
  /** Absolute path of the module that exports the blocks. */
  entry: string
  /** Version of the SDK that it was made for; undefined for any. */
  sdk: string | undefined
}
