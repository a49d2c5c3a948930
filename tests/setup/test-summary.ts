import { appendFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Failure {
  readonly title: string
  readonly message: string | undefined
}

/**
 * Appends a line `passed failed skipped` to the file in `ASHLAR_TEST_SUMMARY`, and a line with `#` for each failure.
 * `.ci/run` sums the numbers, and prints the failures last.
 */
export async function addToSummary(counts: TestCounts, failures: readonly Failure[] = []): Promise<void> {
  const file = process.env.ASHLAR_TEST_SUMMARY
  if (!file) return
  const lines = failures.map(({ title, message }) => `# ${title}: ${firstLine(message)}\n`)
  await appendFile(file, `${counts.passed} ${counts.failed} ${counts.skipped}\n${lines.join('')}`)
}

export const summaryReporter: Reporter = {
  onTestRunEnd: (modules, errors) =>
    addToSummary(countTests(modules, errors.length), [
      ...modules.flatMap(listFailures),
      ...errors.map(({ message }) => ({ title: 'outside the tests', message })),
    ]),
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

/** Includes tests that passed only when they were repeated. */
function listFailures(module: TestModule): Failure[] {
  const file = relative(process.cwd(), module.moduleId)
  const outsideTests = module.errors().map(({ message }) => ({ title: file, message }))
  const tests = [...module.children.allTests()].flatMap((test) => {
    const { state, errors } = test.result()
    const repeated = state === 'passed' && test.diagnostic()?.flaky
    if (state !== 'failed' && !repeated) return []
    const title = `${file} > ${test.fullName}${repeated ? ' (passed when repeated)' : ''}`
    return [{ title, message: errors?.[0]?.message }]
  })
  return [...outsideTests, ...tests]
}

function firstLine(message = 'no message'): string {
  return message.split('\n', 1)[0] ?? ''
}
