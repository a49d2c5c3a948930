import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { BlockTestResult, Draft } from '@ashlar/core'
import type { CommandContext } from '../../command/command.ts'
import { createTerminal, duration, plain, type Terminal } from '../../command/terminal.ts'
import { folderOf, withDraft } from '../draft/draft.ts'
import { findPositions } from '../draft/positions.ts'
import { whileSaying } from '../draft/while-saying.ts'

/** `ashlar plugin test [folder] [--block name] [--json]` */
export async function test(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const options = { block: { type: 'string' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = folderOf(positionals)
  const startedAt = performance.now()
  const { draft, results } = await whileSaying(context, 'testing', () =>
    withDraft(folder, async (draft, workbench) => {
      return { draft, results: await locate(folder, draft, await workbench.test(draft, values.block)) }
    }),
  )
  const failed = results.filter(({ difference }) => difference !== null).length
  if (values.json) stdout.write(`${JSON.stringify({ ...factsOf(draft), total: results.length, failed, results }, null, 2)}\n`)
  else {
    const terminal = createTerminal(stdout, environment)
    tellResults(terminal, draft, results, values.block === undefined)
    terminal.line(summaryOf(terminal, results.length, failed, performance.now() - startedAt))
  }
  return failed > 0 ? 1 : 0
}

/** A test that has run, and where it stands. */
export interface LocatedResult {
  block: string
  test: string
  /** What differs from what was expected; null when nothing does. */
  difference: string | null
  position: string | null
  /** Where the block threw in it. */
  thrownAt?: string
  /** Of what it threw: a line per frame of the plugin's code. */
  stack?: string
}

/** Says of each test where it stands: of one without a name, where its block does. */
export async function locate(folder: string, draft: Draft, results: readonly BlockTestResult[]): Promise<LocatedResult[]> {
  const positions = await findPositions(resolve(folder), draft)
  return results.map(({ block: name, test, difference = null, ...thrown }) => {
    const block = draft.plugin.blocks.find(({ qualifiedName }) => qualifiedName === name)
    const position = block && (positions.within(block, test) ?? positions.block(block))
    return { block: name, test, difference, position: position ?? null, ...thrown }
  })
}

function factsOf({ plugin, bundle }: Draft): object {
  return { packageName: plugin.packageName, version: plugin.version, plugin: plugin.name, digest: bundle.digest }
}

function tellResults(terminal: Terminal, { plugin }: Draft, results: readonly LocatedResult[], all: boolean): void {
  for (const { qualifiedName } of plugin.blocks) {
    const own = results.filter(({ block }) => block === qualifiedName)
    const failed = own.filter(({ difference }) => difference !== null)
    if (own.length > 0) terminal.line(`${signOf(terminal, failed.length)} ${qualifiedName}  ${countOf(own.length)}`)
    else if (all) terminal.line(`${terminal.style('yellow', '·')} ${qualifiedName}  no tests`)
    for (const result of failed) tellDifference(terminal, result)
  }
}

/** One that has failed: its name, its place, and the two values under each other. */
export function tellDifference(terminal: Terminal, result: LocatedResult): void {
  const { test, difference, position, stack } = result
  terminal.line(`    ${terminal.style('bold', plain(test))}  ${terminal.style('dim', position ?? '')}`.trimEnd())
  tellValues(terminal, difference)
  for (const frame of stack?.split('\n') ?? []) terminal.line(`      ${terminal.style('dim', plain(frame))}`)
}

function tellValues(terminal: Terminal, difference: string | null): void {
  const [, where, expected, got] = /^(.*?): expected (.*), got (.*)$/s.exec(difference ?? '') ?? []
  if (where === undefined) return terminal.line(`      ${plain(difference ?? '')}`)
  terminal.line(`      ${plain(where)}`)
  terminal.line(`      ${terminal.style('green', `expected  ${plain(expected ?? '')}`)}`)
  terminal.line(`      ${terminal.style('red', `got       ${plain(got ?? '')}`)}`)
}

function signOf(terminal: Terminal, failed: number): string {
  return failed > 0 ? terminal.style('red', '✗') : terminal.style('green', '✓')
}

function summaryOf(terminal: Terminal, total: number, failed: number, ms: number): string {
  if (total === 0) return 'there are no tests'
  const text = failed > 0 ? `${failed} of ${countOf(total)} failed` : `${countOf(total)} passed`
  return `${terminal.style(failed > 0 ? 'red' : 'green', text)} in ${duration(ms)}`
}

function countOf(tests: number): string {
  return tests === 1 ? '1 test' : `${tests} tests`
}
