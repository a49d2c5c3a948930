import { spawn } from 'node:child_process'
import { delimiter, resolve } from 'node:path'
import { addToSummary } from './setup/test-summary.ts'

/** The static checks. They run concurrently, which is not slower on two cores and faster on more. */
const STEPS: Record<string, string> = {
  types: 'tsc -p . && tsc -p plugins/tsconfig.blocks.json',
  lint: 'oxlint --format agent',
  format: 'oxfmt --check',
  unused: 'knip --treat-config-hints-as-errors',
  boundaries: 'node tests/checks/boundaries.ts',
  tree: 'node tests/checks/tree.ts',
  prose: 'node tests/checks/prose.ts',
  places: 'node tests/checks/places.ts',
}

interface Outcome {
  readonly name: string
  readonly passed: boolean
  readonly output: string
}

async function check(): Promise<void> {
  const outcomes = await Promise.all(Object.entries(STEPS).map(([name, command]) => runStep(name, command)))
  const failed = outcomes.filter(({ passed }) => !passed)
  for (const { name, output } of failed) console.log(`\n── ${name}: ${STEPS[name]}\n${output.trim()}`)
  const failures = failed.map(({ name, output }) => ({ title: `check ${name}`, message: output.trim() }))
  await addToSummary({ passed: outcomes.length - failed.length, failed: failed.length, skipped: 0 }, failures)
  process.exitCode = failed.length > 0 ? 1 : 0
}

async function runStep(name: string, command: string): Promise<Outcome> {
  const startedAt = performance.now()
  const outcome = { name, ...(await run(command)) }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${outcome.passed ? '✓' : '✗'} ${name.padEnd(10)} ${seconds.padStart(5)} s`)
  return outcome
}

/**
 * Runs a command of this workspace or of the machine in a shell. Returns standard output and standard error in order of
 * arrival.
 */
function run(command: string): Promise<{ passed: boolean; output: string }> {
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` }
  const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done({ passed: code === 0, output }))
  })
}

await check()
