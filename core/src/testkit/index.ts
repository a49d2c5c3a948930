export { testPlugin } from './plugin.ts'
export { runBlock } from './run-block.ts'
export type { BlockRun, RunBlock, RunOptions, TestPlugin } from './types.ts'
