import { glob, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AshlarError } from '@ashlar/core'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { createTerminal, duration, plain, type Terminal } from '../command/terminal.ts'
import { toJUnit } from './junit.ts'
import { runFile, type FileResult } from './run-file.ts'
import { TESTS_SUFFIX, readTestFile, type TestCase, type TestFile } from '../../graph-files/index.ts'
import { openTestInstallation } from './test-installation.ts'

/** `ashlar graph test [file or folder …] [--name text] [--junit file] [--json]` */
export async function graphTest(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  const files = await readFiles(positionals.length > 0 ? positionals : ['.'], values.name ?? '')
  const terminal = createTerminal(stderr, environment)
  const installation = await openTestInstallation(environment, loggerTo(stderr))
  const results: FileResult[] = []
  try {
    for (const { file, cases } of files) {
      const result = await runFile(file, cases, installation)
      results.push(result)
      showFile(result, terminal)
    }
  } finally {
    await installation.close()
  }
  const cases = results.flatMap((file) => file.cases)
  const failed = cases.filter(({ failure }) => failure !== undefined).length
  if (values.junit !== undefined) await writeFile(values.junit, toJUnit(results))
  if (values.json) stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  terminal.line(failed > 0 ? `cases failed: ${failed} of ${cases.length}` : `all cases passed: ${cases.length}`)
  return failed > 0 ? 1 : 0
}

const OPTIONS = {
  name: { type: 'string' },
  junit: { type: 'string' },
  json: { type: 'boolean' },
} as const

/**
 * Reads all test files, so that a malformed one is reported before any case runs.
 *
 * @param filter only cases whose names contain it
 * @throws {AshlarError} BAD_INPUT NOT_FOUND
 */
async function readFiles(paths: readonly string[], filter: string): Promise<{ file: TestFile; cases: TestCase[] }[]> {
  const files: { file: TestFile; cases: TestCase[] }[] = []
  for (const path of await findTestFiles(paths)) {
    const file = await readTestFile(path)
    const cases = file.cases.filter(({ name }) => name.includes(filter))
    if (cases.length > 0) files.push({ file, cases })
  }
  if (files.length === 0) throw new AshlarError('NOT_FOUND', `no case has a name that contains ${JSON.stringify(filter)}`)
  return files
}

/** @throws {UsageError} when a path does not exist, or there are no test files */
async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const stats = await stat(path).catch(() => undefined)
    if (!stats) throw new UsageError(`${path} does not exist`)
    if (stats.isFile() && !path.endsWith(TESTS_SUFFIX))
      throw new UsageError(`${path} must be a test file, whose name ends with ${TESTS_SUFFIX}, or a folder`)
    if (stats.isFile()) found.push(path)
    else for await (const file of glob(`**/*${TESTS_SUFFIX}`, { cwd: path, exclude: isSkipped })) found.push(join(path, file))
  }
  if (found.length === 0) throw new UsageError(`there are no files named *${TESTS_SUFFIX} in ${paths.join(', ')}`)
  return [...new Set(found)].toSorted()
}

function isSkipped(path: string): boolean {
  return path === 'node_modules' || path === '.ashlar'
}

function showFile({ path, cases }: FileResult, terminal: Terminal): void {
  terminal.line(plain(path))
  for (const { name, ms, failure } of cases) {
    const sign = failure === undefined ? terminal.style('green', '✓') : terminal.style('red', '✗')
    terminal.line(`  ${sign} ${terminal.message(name)}  ${duration(ms)}`)
    for (const line of failure?.split('\n') ?? []) terminal.line(`      ${terminal.message(line)}`)
  }
}
