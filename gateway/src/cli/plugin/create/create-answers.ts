import { basename, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { exists } from '../../../base/exists.ts'
import { UsageError } from '../../command/command.ts'
import { sdkOrigin } from '../draft/installing.ts'
import { LICENSES, type License } from './licenses.ts'

/** The properties of a new package. */
export interface Answers {
  packageName: string
  /** Name of the plugin, which qualifies the names of its blocks. */
  plugin: string
  title: string
  license: License
  author: string
  /** The version of `@ashlar/sdk` in package.json. @default the SDK of this clone */
  sdk: string
  /** The version of `@ashlar/testing`. If undefined, the package contains only the tests of its blocks. */
  testing: string | undefined
}

type GivenAnswers = { [Name in 'name' | 'title' | 'license' | 'author' | 'sdk' | 'testing']?: string | undefined }

/**
 * Completes the given properties: prompts for the missing ones, or uses their defaults.
 *
 * @param folder absolute path of the new package
 * @throws {UsageError} when an answer cannot be used
 */
export async function completeAnswers(folder: string, given: GivenAnswers, asks: boolean): Promise<Answers> {
  using questions = asks ? openQuestions() : undefined
  const answer = async (name: 'name' | 'title' | 'license', question: string, fallback: string): Promise<string> =>
    given[name] ?? ((await questions?.ask(question, fallback)) || fallback)
  const { packageName, plugin } = parseName(await answer('name', 'Name', defaultName(folder)))
  const title = await answer('title', 'Title', defaultTitle(plugin))
  const license = await answer('license', `Licence (${Object.keys(LICENSES).join(', ')})`, 'MIT')
  return {
    packageName,
    plugin,
    title,
    license: parseLicense(license),
    author: given.author ?? `The authors of ${packageName}`,
    sdk: given.sdk === undefined ? await sdkOrigin(folder) : await toOrigin(given.sdk, folder),
    testing: given.testing === undefined ? undefined : await toOrigin(given.testing, folder),
  }
}

const PREFIX = 'ashlar-plugin-'
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const SCOPED = /^@[a-z0-9][a-z0-9._-]*\/(?<rest>.+)$/

/** `weather` becomes the plugin `weather` in the package `ashlar-plugin-weather`. A scoped name is the name of the package unchanged. */
function parseName(name: string): { packageName: string; plugin: string } {
  const rest = SCOPED.exec(name)?.groups?.rest
  const plugin = (rest ?? name).startsWith(PREFIX) ? (rest ?? name).slice(PREFIX.length) : (rest ?? name)
  if (!NAME.test(plugin) || plugin.length > 64)
    throw new UsageError(`the name must be like "weather" or "@me/weather", in lower case, got ${JSON.stringify(name)}`)
  return { packageName: rest === undefined ? PREFIX + plugin : name, plugin }
}

function defaultName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return name === '' ? 'my-plugin' : name
}

function defaultTitle(plugin: string): string {
  const text = plugin.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function parseLicense(text: string): License {
  const license = (Object.keys(LICENSES) as License[]).find((each) => each.toLowerCase() === text.toLowerCase())
  if (!license) throw new UsageError(`--license must be one of ${Object.keys(LICENSES).join(', ')}, got ${JSON.stringify(text)}`)
  return license
}

/** Converts an existing path to a path relative to the package. Any other text is a version. */
async function toOrigin(text: string, folder: string): Promise<string> {
  if (await exists(text)) return `file:${relative(folder, resolve(text)).replaceAll('\\', '/')}`
  if (/[\\/]|\.tgz$/.test(text)) throw new UsageError(`the file or folder ${text} does not exist`)
  return text
}

function openQuestions(): Disposable & { ask(question: string, fallback: string): Promise<string> } {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  return {
    ask: async (question, fallback) => (await lines.question(`${question} [${fallback}]: `)).trim(),
    [Symbol.dispose]: () => lines.close(),
  }
}
