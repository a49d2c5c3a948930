import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { BlockTestResult, Draft } from '@ashlar/core'
import type { CommandContext } from '../../command/command.ts'
import { createTerminal, duration, plain, type Terminal } from '../../command/terminal.ts'
import { parseFolder, withDraft } from '../draft/draft.ts'
import { findPositions } from '../draft/positions.ts'
import { withStatusLine } from '../draft/status-line.ts'

/** `ashlar plugin test [folder] [--block name] [--json]` */
export async function test(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const options = { block: { type: 'string' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = parseFolder(positionals)
  const startedAt = performance.now()
  const { draft, results } = await withStatusLine(context, 'testing', () =>
    withDraft(folder, async (draft, workbench) => {
      return { draft, results: await locate(folder, draft, await workbench.test(draft, values.block)) }
    }),
  )
  const failed = results.filter(({ difference }) => difference !== null).length
  if (values.json) stdout.write(`${JSON.stringify({ ...toFacts(draft), total: results.length, failed, results }, null, 2)}\n`)
  else {
    const terminal = createTerminal(stdout, environment)
    printResults(terminal, draft, results, values.block === undefined)
    terminal.line(formatSummary(terminal, results.length, failed, performance.now() - startedAt))
  }
  return failed > 0 ? 1 : 0
}

/** The result of a test, with the position of the test in the source. */
export interface LocatedResult {
  block: string
  test: string
  /** The difference from the expected result; null for a passed test. */
  difference: string | null
  position: string | null
  /** The position at which the block threw an error. */
  thrownAt?: string
  /** The stack of that error, with a line for each frame in the code of the plugin. */
  stack?: string
}

/** Adds the position of each test, or the position of its block for a test without a name. */
export async function locate(folder: string, draft: Draft, results: readonly BlockTestResult[]): Promise<LocatedResult[]> {
  const positions = await findPositions(resolve(folder), draft)
  return results.map(({ block: name, test, difference = null, ...thrown }) => {
    const block = draft.plugin.blocks.find(({ qualifiedName }) => qualifiedName === name)
    const position = block && (positions.within(block, test) ?? positions.block(block))
    return { block: name, test, difference, position: position ?? null, ...thrown }
  })
}

function toFacts({ plugin, bundle }: Draft): object {
  return { packageName: plugin.packageName, version: plugin.version, plugin: plugin.name, digest: bundle.digest }
}

function printResults(terminal: Terminal, { plugin }: Draft, results: readonly LocatedResult[], all: boolean): void {
  for (const { qualifiedName } of plugin.blocks) {
    const own = results.filter(({ block }) => block === qualifiedName)
    const failed = own.filter(({ difference }) => difference !== null)
    if (own.length > 0) terminal.line(`${resultSign(terminal, failed.length)} ${qualifiedName}  ${formatCount(own.length)}`)
    else if (all) terminal.line(`${terminal.style('yellow', '·')} ${qualifiedName}  no tests`)
    for (const result of failed) printFailedTest(terminal, result)
  }
}

/** Prints a failed test: its name, its position, and the expected and actual value on two lines. */
export function printFailedTest(terminal: Terminal, result: LocatedResult): void {
  const { test, difference, position, stack } = result
  terminal.line(`    ${terminal.style('bold', plain(test))}  ${terminal.style('dim', position ?? '')}`.trimEnd())
  printDifference(terminal, difference)
  for (const frame of stack?.split('\n') ?? []) terminal.line(`      ${terminal.style('dim', plain(frame))}`)
}

function printDifference(terminal: Terminal, difference: string | null): void {
  const [, where, expected, got] = /^(.*?): expected (.*), got (.*)$/s.exec(difference ?? '') ?? []
  if (where === undefined) return terminal.line(`      ${plain(difference ?? '')}`)
  terminal.line(`      ${plain(where)}`)
  terminal.line(`      ${terminal.style('green', `expected  ${plain(expected ?? '')}`)}`)
  terminal.line(`      ${terminal.style('red', `got       ${plain(got ?? '')}`)}`)
}

function resultSign(terminal: Terminal, failed: number): string {
  return failed > 0 ? terminal.style('red', '✗') : terminal.style('green', '✓')
}

function formatSummary(terminal: Terminal, total: number, failed: number, ms: number): string {
  if (total === 0) return 'no tests'
  const text = failed > 0 ? `${failed} of ${formatCount(total)} failed` : `${formatCount(total)} passed`
  return `${terminal.style(failed > 0 ? 'red' : 'green', text)} in ${duration(ms)}`
}

function formatCount(tests: number): string {
  return tests === 1 ? '1 test' : `${tests} tests`
}
