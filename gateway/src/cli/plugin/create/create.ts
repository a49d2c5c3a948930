import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AshlarError, errorMessage } from '@ashlar/core'
import { commandLine } from '../../../base/command-line.ts'
import { UsageError, type CommandContext } from '../../command/command.ts'
import { createTerminal, type Terminal } from '../../command/terminal.ts'
import { completeAnswers, type Answers } from './create-answers.ts'
import { installCommand, isInstalledHere } from '../draft/installing.ts'
import { packageFiles } from './template.ts'

/**
 * `ashlar plugin create <folder> [--name weather] [--title text] [--license MIT] [--sdk …] [--testing …] [--yes]
 * [--json]`
 */
export async function create(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  const [folder] = positionals
  if (folder === undefined || positionals.length > 1) throw new UsageError('specify one folder')
  await assertEmpty(folder)
  const terminal = createTerminal(stderr, environment)
  const asks = terminal.redraws && process.stdin.isTTY && !values.yes && !values.json
  const answers = await completeAnswers(resolve(folder), values, asks)
  const files = await packageFiles(answers)
  for (const [path, text] of files) await write(join(folder, path), text)
  const facts = { folder, packageName: answers.packageName, plugin: answers.plugin, files: files.map(([path]) => path) }
  if (values.json) stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
  else await printNextSteps(createTerminal(stdout, environment), folder, answers, { files: facts.files, environment })
  return 0
}

const OPTIONS = {
  name: { type: 'string' },
  title: { type: 'string' },
  license: { type: 'string' },
  author: { type: 'string' },
  sdk: { type: 'string' },
  testing: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
} as const

/** @throws {AshlarError} CONFLICT when the folder is not empty */
async function assertEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    const message = error.code === 'ENOTDIR' ? `${folder} is a file` : `${folder} cannot be read: ${errorMessage(error)}`
    throw new AshlarError('CONFLICT', message, { cause: error })
  })
  const [first] = names.filter((name) => name !== '.git')
  if (first !== undefined)
    throw new AshlarError('CONFLICT', `${folder} is not empty (it contains ${first}): choose a new or empty folder`)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: 'wx' })
}

async function printNextSteps(
  terminal: Terminal,
  folder: string,
  { packageName, plugin }: Answers,
  { files, environment }: { files: readonly string[]; environment: CommandContext['environment'] },
): Promise<void> {
  const here = relative('.', folder) || '.'
  terminal.line(`${terminal.style('green', '✓')} ${terminal.style('bold', packageName)} in ${here}, plugin ${plugin}`)
  for (const path of files) terminal.line(`  ${terminal.style('dim', path)}`)
  terminal.line('next:')
  const isHere = await isInstalledHere(resolve(folder))
  for (const next of [
    await installCommand(resolve(folder)),
    commandLine(environment, 'plugin', 'test', here),
    commandLine(environment, ...(isHere ? ['plugin', 'check', here] : ['plugin', 'dev', here])),
  ])
    terminal.line(`  ${next}`)
  if (isHere) terminal.line('The server loads the plugins of this directory when they change.')
}
