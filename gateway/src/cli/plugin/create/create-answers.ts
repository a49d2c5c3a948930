import { basename, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { exists } from '../../../base/exists.ts'
import { UsageError } from '../../command/command.ts'
import { sdkOrigin } from '../draft/installing.ts'
import { LICENSES, type License } from './licenses.ts'

/** What a new package is made of. */
export interface Answers {
  packageName: string
  /** Qualifies its blocks. */
  plugin: string
  title: string
  license: License
  author: string
  /** The version of `@ashlar/sdk` in package.json. @default the SDK of this clone */
  sdk: string
  /** The same of `@ashlar/testing`; without it there are no tests but those of the blocks. */
  testing: string | undefined
}

type GivenAnswers = { [Name in 'name' | 'title' | 'license' | 'author' | 'sdk' | 'testing']?: string | undefined }

/**
 * Asks for what was not given, or takes what is usual.
 *
 * @param folder absolute path of the new package
 * @throws {UsageError} when an answer cannot be used
 */
export async function completeAnswers(folder: string, given: GivenAnswers, asks: boolean): Promise<Answers> {
  using questions = asks ? openQuestions() : undefined
  const answer = async (name: 'name' | 'title' | 'license', question: string, usual: string): Promise<string> =>
    given[name] ?? ((await questions?.ask(question, usual)) || usual)
  const { packageName, plugin } = namesOf(await answer('name', 'Name', usualName(folder)))
  const title = await answer('title', 'Title', usualTitle(plugin))
  const license = await answer('license', `Licence (${Object.keys(LICENSES).join(', ')})`, 'MIT')
  return {
    packageName,
    plugin,
    title,
    license: parseLicense(license),
    author: given.author ?? `The authors of ${packageName}`,
    sdk: given.sdk === undefined ? await sdkOrigin(folder) : await originOf(given.sdk, folder),
    testing: given.testing === undefined ? undefined : await originOf(given.testing, folder),
  }
}

const PREFIX = 'ashlar-plugin-'
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const SCOPED = /^@[a-z0-9][a-z0-9._-]*\/(?<rest>.+)$/

/** `weather` is the plugin in the package `ashlar-plugin-weather`; with a scope the package has the very name that is given. */
function namesOf(name: string): { packageName: string; plugin: string } {
  const rest = SCOPED.exec(name)?.groups?.rest
  const plugin = (rest ?? name).startsWith(PREFIX) ? (rest ?? name).slice(PREFIX.length) : (rest ?? name)
  if (!NAME.test(plugin) || plugin.length > 64)
    throw new UsageError(`the name must be like "weather" or "@me/weather", in lower case, got ${JSON.stringify(name)}`)
  return { packageName: rest === undefined ? PREFIX + plugin : name, plugin }
}

function usualName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return name === '' ? 'my-plugin' : name
}

function usualTitle(plugin: string): string {
  const text = plugin.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function parseLicense(text: string): License {
  const license = (Object.keys(LICENSES) as License[]).find((each) => each.toLowerCase() === text.toLowerCase())
  if (!license) throw new UsageError(`--license must be one of ${Object.keys(LICENSES).join(', ')}, got ${JSON.stringify(text)}`)
  return license
}

/** A path that is there becomes one relative to the package; anything else is a version. */
async function originOf(text: string, folder: string): Promise<string> {
  if (await exists(text)) return `file:${relative(folder, resolve(text)).replaceAll('\\', '/')}`
  if (/[\\/]|\.tgz$/.test(text)) throw new UsageError(`there is no file or folder ${text}`)
  return text
}

function openQuestions(): Disposable & { ask(question: string, usual: string): Promise<string> } {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  return {
    ask: async (question, usual) => (await lines.question(`${question} [${usual}]: `)).trim(),
    [Symbol.dispose]: () => lines.close(),
  }
}
