import { appendFile } from 'node:fs/promises'
import type { Reporter, TestModule } from 'vitest/node'

interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Appends a line `passed failed skipped` to the file in `ASHLAR_TEST_SUMMARY`. `.ci/run` sums the lines. */
export async function addToSummary({ passed, failed, skipped }: TestCounts): Promise<void> {
  const file = process.env.ASHLAR_TEST_SUMMARY
  if (file) await appendFile(file, `${passed} ${failed} ${skipped}\n`)
}

export const summaryReporter: Reporter = {
  onTestRunEnd: (modules, errors) => addToSummary(countTests(modules, errors.length)),
}

/**
 * Counts a file that fails outside its tests (a load error, a hook that throws) and an unhandled error as one failure
 * each.
 */
function countTests(modules: readonly TestModule[], strayErrors: number): TestCounts {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
  const count = (state: (typeof states)[number]): number => states.filter((each) => each === state).length
  const failedFiles = modules.filter(
    (module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
  )
  return {
    passed: count('passed'),
    failed: count('failed') + failedFiles.length + strayErrors,
    skipped: count('skipped') + count('pending'),
  }
}
