export { defineBlock } from './block.ts'
export { anyHost, fromInput } from './http-grant.ts'
export { definePlugin } from './plugin.ts'
export { findDifference } from './block-test.ts'
export type {
  Block,
  BlockContext,
  BlockDefinition,
  BlockKind,
  Capabilities,
  CrashPolicy,
  HttpGrant,
  Storage,
  StoragePage,
  StorageScope,
  Yielded,
} from './block.ts'
export type { FileEntry, Files, FilesGrant } from './files.ts'
export type { BlockTest, Expected } from './block-test.ts'
export type { Plugin } from './plugin.ts'
