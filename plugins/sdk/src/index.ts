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
  LogLevel,
  Storage,
  StorageScope,
  Yielded,
} from './block.ts'
export type { BlockTest, Expected } from './block-test.ts'
export type { Plugin } from './plugin.ts'
