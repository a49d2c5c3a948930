/**
 * `npx pnpm@12 soak [--cases N] [--seed S] [--faults N | --minutes N] [--rounds N] [--bench]`: runs the full proofs in
 * turn. By default: a million simulated cases with and as many without loops, an hour of chaos, and all tests and
 * proofs once, with more random cases.
 * `--bench` adds the benchmark. Prints the duration of each step. Exits with 1 if a step fails.
 */
import { spawn } from 'node:child_process'
import { delimiter, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    faults: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '1' },
    bench: { type: 'boolean', default: false },
  },
})

const seed = values.seed === undefined ? [] : ['--seed', values.seed]
const chaosLimit = values.faults === undefined ? ['--minutes', values.minutes] : [values.faults]
const STEPS: string[][] = [
  ['node', 'core/src/engine/simulation/command/simulate.ts', '--cases', values.cases, ...seed],
  ['node', 'tests/chaos/command.ts', ...chaosLimit],
  ...Array.from({ length: Number(values.rounds) }, () => ['vitest', 'run']),
  ...(values.bench ? [['node', 'tests/bench/bench.ts']] : []),
]

const outcomes: string[] = []
for (const [command = '', ...args] of STEPS) {
  const startedAt = performance.now()
  const passed = await run(command, args)
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  outcomes.push(`${passed ? '✓' : '✗'} ${minutes.padStart(6)} min  ${[command, ...args].join(' ')}`)
  if (!passed) process.exitCode = 1
}
console.log(`\n${outcomes.join('\n')}`)

function run(command: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`, ASHLAR_SOAK: '1' }
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done(code === 0))
  })
}
