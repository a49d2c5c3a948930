export { runBlock, testPlugin } from '@ashlar/core/testkit'
export type { BlockRun, RunBlock, RunOptions, TestPlugin } from '@ashlar/core/testkit'
