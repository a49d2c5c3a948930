export { testBlock, testPlugin } from './plugin.ts'
export { runBlock } from './run-block.ts'
export type { BlockRun, RunBlock, RunOptions, RunOutput, TestBlock, TestPlugin } from './types.ts'
