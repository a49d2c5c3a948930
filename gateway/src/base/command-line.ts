import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

type Environment = Readonly<Record<string, string | undefined>>

/** The name of the command in messages of the server, which does not know how its reader calls it. */
const NAME = 'ashlar'
/** The command in a clone of the repository. */
const IN_CLONE = 'npx pnpm@12 ashlar'
/** Where the package manager installs the command in the clone. */
const INSTALLED = fileURLToPath(new URL('../../../node_modules/.bin/ashlar', import.meta.url))

/** Commands that use neither a server nor the data directory. */
const LOCAL = new Set(['plugin check', 'plugin docs', 'plugin key', 'plugin test'])

/**
 * Formats a command of `ashlar` for the user to paste into a POSIX shell, in the directory in which this process was started. The
 * command uses the data directory of this process, if it needs one, and `start` its port.
 *
 * @param words the command and its arguments, such as `'plugin', 'test', 'my plugin'`
 */
export function commandLine(environment: Environment, ...words: string[]): string {
  const isLocal = LOCAL.has(words.slice(0, 2).join(' '))
  const prefix = isLocal ? programFor(environment) : prefixFor(environment, words[0] === 'start')
  return [prefix, ...words.map(quote)].join(' ')
}

/** Formats the command that prints a login link, for readers who may be on other machines: without paths of this one. */
export function publicLoginCommand({ ASHLAR_DATA_DIR: dataDir }: Environment): string {
  return `${dataDir ? 'ASHLAR_DATA_DIR=<data directory> ' : ''}${IN_CLONE} login`
}

/** Replaces `ashlar` where a message of the server suggests a command, so that the user can paste the command. */
export function withCommandLines(message: string, environment: Environment): string {
  return message.replaceAll(/(?<=the command: )ashlar(?= )/g, () => prefixFor(environment, false))
}

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function prefixFor(environment: Environment, withPort: boolean): string {
  const { ASHLAR_DATA_DIR: dataDir, PORT: port } = environment
  const settings = [
    ...(dataDir ? [`ASHLAR_DATA_DIR=${quote(resolve(dataDir))}`] : []),
    ...(withPort && port ? [`PORT=${quote(port)}`] : []),
  ]
  return [...settings, programFor(environment)].join(' ')
}

/** pnpm puts `ashlar` on the path of this process, but not on that of the user's shell. */
function programFor({ npm_config_user_agent: manager = '', PATH: path = '' }: Environment): string {
  if (manager.startsWith('pnpm/')) return IN_CLONE
  return path.split(delimiter).some(hasProgram) ? NAME : quote(INSTALLED)
}

function hasProgram(folder: string): boolean {
  try {
    accessSync(join(folder, NAME), constants.X_OK)
    return folder !== ''
  } catch {
    return false
  }
}
