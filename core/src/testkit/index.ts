export { testPlugin } from './plugin.ts'
export { runBlock } from './run-block.ts'
export type { BlockRun, RunOptions } from './run-block.ts'
