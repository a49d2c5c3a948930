import type { PluginOrigin } from './block.ts'

/** A plugin package that was found, before its code is read. */
export interface PluginPackage {
  origin: PluginOrigin
  folder: string
  packageName: string
  version: string
  /** Absolute path of the module that exports the blocks. */
  entry: string
  /** The SDK version that it was built for; undefined for any. */
  sdk: string | undefined
}
