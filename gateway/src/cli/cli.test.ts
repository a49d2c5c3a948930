import { describe, expect, it, vi } from 'vitest'
import { runCli } from './cli.ts'
import { UsageError } from './command/command.ts'
import { COMMANDS } from './commands.ts'
import { withJsonErrors } from './plugin/json-errors.ts'
import { parseRun } from './graph/run.ts'

async function ashlar(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const stdout = { write: (text: string) => out.push(text) }
  const stderr = { write: (text: string) => err.push(text) }
  const status = await runCli(args, { stdout, stderr, environment: { PORT: 'wrong' } })
  return { status, stdout: out.join(''), stderr: err.join('') }
}

it.each([['help'], ['--help'], ['-h']])('%s tells every command and variable', async (word) => {
  const { status, stdout, stderr } = await ashlar(word)
  expect([status, stderr]).toEqual([0, ''])
  for (const part of [
    'ashlar start',
    'ashlar run <graph.json>',
    'ashlar graph export',
    'ashlar graph import',
    'ashlar plugin create <folder>',
    'ashlar plugin publish',
    'PORT',
    'ASHLAR_DATA_DIR',
    'DATABASE_URL',
  ])
    expect(stdout).toContain(part)
})

it('tells its version', async () => {
  expect(await ashlar('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
})

it('tells the usage of one command', async () => {
  expect((await ashlar('graph', 'export', '--help')).stdout).toMatch(
    /^usage: ashlar graph export <id \| name> \[--output file\]\n/,
  )
})

it.each([
  [['plugin', '--help'], 'usage: ashlar plugin <command>'],
  [['plugin', '-h'], 'ashlar plugin publish [folder'],
  [['graph', '--help'], 'ashlar graph import <graph.json>'],
  [['help', 'plugin'], 'ashlar plugin key'],
  [['help', 'start'], 'usage: ashlar start'],
  [['plugin', 'create', '--help'], '--testing version|tarball|folder'],
])('%j helps, status 0', async (args, text) => {
  const { status, stdout, stderr } = await ashlar(...args)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(text)
})

it.each([
  [[], 'a command is missing'],
  [['plugin'], 'a command is missing\n\nusage: ashlar plugin <command>'],
  [['plugin', 'nothing', '--help'], 'there is no command "plugin nothing"'],
  [['nothing', '--help'], 'there is no command "nothing'],
  [['nothing'], 'there is no command "nothing"'],
  [['graph', 'nothing'], 'there is no command "graph nothing"'],
  [['start', '--nothing'], "Unknown option '--nothing'"],
  [['start', '--role', 'chef'], '--role must be one of all, gateway, worker, got "chef"'],
  [['run'], 'the graph file is missing'],
  [['run', 'a.json', 'name=Ada'], '"name=Ada" is too much'],
  [['run', 'a.json', '--input', 'Ada'], '--input must be name=value'],
  [['graph', 'import'], 'name one graph file'],
  [['graph', 'export', 'a', 'b'], 'name one graph'],
])('%j is wrong: the usage on standard error, status 2', async (args, message) => {
  const { status, stdout, stderr } = await ashlar(...args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toContain('usage: ashlar')
})

it('tells an error with its code in one line, status 1', async () => {
  expect(await ashlar('start')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error CONFIG_INVALID: environment variable PORT must be a whole number from 0 to 65535, got "wrong"\n',
  })
})

it('tells a file that cannot be used with its path and the reason', async () => {
  expect(await ashlar('plugin', 'key', '/dev/null/keys/key.pem', '--json')).toEqual({
    status: 1,
    stdout: `${JSON.stringify({ error: { code: 'FILE_UNUSABLE', message: '/dev/null/keys: not a directory (ENOTDIR)', faults: [] } }, null, 2)}\n`,
    stderr: 'error FILE_UNUSABLE: /dev/null/keys: not a directory (ENOTDIR)\n',
  })
})

it.each([
  ['usage', () => new UsageError('name one folder'), 2, { code: 'BAD_INPUT', message: 'name one folder' }],
  ['a bug', () => new RangeError('too far'), 1, { code: 'UNEXPECTED', message: 'too far' }],
  ['Ctrl-C', () => new DOMException('Aborted with Ctrl+C', 'AbortError'), 130, { code: 'CANCELLED', message: 'cancelled' }],
])('answers %s that ends a command as JSON too, with its status', async (_what, thrown, wanted, told) => {
  const entry = COMMANDS.find(({ name }) => name === 'plugin key')
  if (!entry) throw new Error('there is no such command')
  const load = vi.spyOn(entry, 'load').mockResolvedValue(withJsonErrors(() => Promise.reject(thrown())))
  const { status, stdout, stderr } = await ashlar('plugin', 'key', '--json')
  load.mockRestore()
  expect([status, JSON.parse(stdout)]).toEqual([wanted, { error: { ...told, faults: [] } }])
  expect(stderr).toContain(told.message)
})

describe('parseRun', () => {
  it('takes inputs in every form', () => {
    expect(parseRun(['-i', 'a=1', 'graph.json', '--input', 'b=x=y', '--input=c=@file'])).toEqual({
      path: 'graph.json',
      inputs: ['a=1', 'b=x=y', 'c=@file'],
    })
  })
})
