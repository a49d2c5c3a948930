import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { runCli } from './cli.ts'
import { UsageError } from './command/command.ts'
import { COMMANDS } from './commands.ts'
import { withJsonErrors } from './command/json-errors.ts'
import { parseRun } from './graph/run.ts'

async function ashlar(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const stdout = { write: (text: string) => out.push(text) }
  const stderr = { write: (text: string) => err.push(text) }
  const status = await runCli(args, { stdout, stderr, environment: { PORT: 'wrong' } })
  return { status, stdout: out.join(''), stderr: err.join('') }
}

it.each([['help'], ['--help'], ['-h']])('%s lists every command and setting', async (word) => {
  const { status, stdout, stderr } = await ashlar(word)
  expect([status, stderr]).toEqual([0, ''])
  for (const part of [
    'ashlar start',
    'ashlar run <graph.json>',
    'ashlar graph export',
    'ashlar graph import',
    'ashlar plugin create <folder>',
    'ashlar plugin publish',
    'ashlar plugin install <package>',
    'PORT',
    'ASHLAR_DATA_DIR',
    'DATABASE_URL',
  ])
    expect(stdout).toContain(part)
})

it('prints its version', async () => {
  expect(await ashlar('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
})

it('prints the usage of one command', async () => {
  expect((await ashlar('graph', 'export', '--help')).stdout).toMatch(
    /^usage: ashlar graph export <id \| name> \[--output file\] /,
  )
})

it.each([
  [['plugin', '--help'], 'usage: ashlar plugin <command>'],
  [['plugin', '-h'], 'ashlar plugin publish [folder'],
  [['graph', '--help'], 'ashlar graph import <graph.json>'],
  [['help', 'plugin'], 'ashlar plugin key'],
  [['help', 'start'], 'usage: ashlar start'],
  [['plugin', 'create', '--help'], '--testing version|tarball|folder'],
])('%j prints help and exits with status 0', async (args, text) => {
  const { status, stdout, stderr } = await ashlar(...args)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(text)
})

it.each([
  [[], 'the command is missing'],
  [['plugin'], 'the command is missing\n\nusage: ashlar plugin <command>'],
  [['plugin', 'nothing', '--help'], 'unknown command "plugin nothing"'],
  [['nothing', '--help'], 'unknown command "nothing'],
  [['nothing'], 'unknown command "nothing"'],
  [['graph', 'nothing'], 'unknown command "graph nothing"'],
  [['start', '--nothing'], "Unknown option '--nothing'"],
  [['start', '--role', 'chef'], '--role must be one of all, gateway, worker, got "chef"'],
  [['run'], 'the graph file is missing'],
  [['run', 'a.json', 'name=Ada'], 'unexpected argument "name=Ada"'],
  [['run', 'a.json', '--input', 'Ada'], '--input must be name=value'],
  [['graph', 'import'], 'specify one graph file'],
  [['graph', 'export', 'a', 'b'], 'specify one graph'],
])('%j prints the usage on standard error and exits with status 2', async (args, message) => {
  const { status, stdout, stderr } = await ashlar(...args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toContain('usage: ashlar')
})

it('prints an error with its code on one line and exits with status 1', async () => {
  expect(await ashlar('start')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error CONFIG_INVALID: environment variable PORT must be a whole number from 0 to 65535, got "wrong"\n',
  })
})

it('prints the path and the reason for a file that it cannot use', async () => {
  expect(await ashlar('plugin', 'key', '/dev/null/keys/key.pem', '--json')).toEqual({
    status: 1,
    stdout: `${JSON.stringify({ error: { code: 'FILE_UNUSABLE', message: '/dev/null/keys: not a directory (ENOTDIR)', faults: [] } }, null, 2)}\n`,
    stderr: 'error FILE_UNUSABLE: /dev/null/keys: not a directory (ENOTDIR)\n',
  })
})

it.each([
  ['usage', () => new UsageError('specify one folder'), 2, { code: 'BAD_INPUT', message: 'specify one folder' }],
  ['a bug', () => new RangeError('too far'), 1, { code: 'UNEXPECTED', message: 'too far' }],
  ['Ctrl-C', () => new DOMException('Aborted with Ctrl+C', 'AbortError'), 130, { code: 'CANCELLED', message: 'cancelled' }],
])('also prints %s that ends a command as JSON', async (_what, thrown, wanted, printed) => {
  const entry = COMMANDS.find(({ name }) => name === 'plugin key')
  if (!entry) throw new Error('there is no such command')
  const load = vi.spyOn(entry, 'load').mockResolvedValue(withJsonErrors(() => Promise.reject(thrown())))
  const { status, stdout, stderr } = await ashlar('plugin', 'key', '--json')
  load.mockRestore()
  expect([status, JSON.parse(stdout)]).toEqual([wanted, { error: { ...printed, faults: [] } }])
  expect(stderr).toContain(printed.message)
})

it.each([
  ['graph', 'export', 'Hello'],
  ['graph', 'record', 'an id'],
  ['credential', 'list'],
  ['credential', 'remove', 'ai/google'],
])('%s %s fails in a directory without an installation and creates none', async (...args) => {
  const err: string[] = []
  const [stdout, stderr] = [{ write: () => undefined }, { write: (text: string) => err.push(text) }]
  const dataDir = join(tmpdir(), 'ashlar-without-installation')
  expect(await runCli(args, { stdout, stderr, environment: { ASHLAR_DATA_DIR: dataDir } })).toBe(1)
  expect(err.join('')).toMatch(/^error NOT_FOUND: there is no directory ".*ashlar-without-installation": run the command where /)
  expect(existsSync(dataDir)).toBe(false)
})

describe('parseRun', () => {
  it('accepts inputs in every form', () => {
    expect(parseRun(['-i', 'a=1', 'graph.json', '--input', 'b=x=y', '--input=c=@file'])).toEqual({
      path: 'graph.json',
      inputs: ['a=1', 'b=x=y', 'c=@file'],
      record: false,
    })
  })
})
