export { runBlock, testPlugin } from '@ashlar/core/testkit'
export type { BlockRun, RunOptions } from '@ashlar/core/testkit'
