export { runBlock, testBlock, testPlugin } from '@ashlar/core/testkit'
export type { BlockRun, RunBlock, RunOptions, RunOutput, TestBlock, TestPlugin } from '@ashlar/core/testkit'
