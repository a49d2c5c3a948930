import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { oauthClientSchema, packageNameSchema, type HostProvider, type OAuthClient } from '@ashlar/core'
import { z } from 'zod'
import { exists } from '../base/exists.ts'
import { loadHostModules } from './host-modules.ts'
import { configInvalid, importModule } from './import-module.ts'

/** What an operator has configured in a file. */
export interface LoadedConfig {
  /** Folders of the packages. */
  pluginPackages: string[]
  oauthClients: Record<string, OAuthClient>
  /** Of its host modules, by qualified provider. */
  hostProviders: ReadonlyMap<string, HostProvider>
}

const NAMES = ['ashlar.config.ts', 'ashlar.config.mts', 'ashlar.config.js', 'ashlar.config.mjs']

const schema = z.strictObject({
  plugins: z.array(packageNameSchema).default([]),
  hostModules: z.array(z.string().min(1)).default([]),
  oauthClients: z.record(z.string(), oauthClientSchema).default({}),
})

/**
 * Loads `ashlar.config.ts` (or .mts, .js, .mjs) of the working directory, or the file that is given.
 *
 * @param given path, relative to the working directory
 * @param hosts whether its host modules are wanted
 * @param watched gets all paths on which it depends, also where it cannot be loaded
 * @throws {AshlarError} CONFIG_INVALID with the file and the reason
 */
export async function loadConfig(given: string | undefined, hosts: boolean, watched: Set<string>): Promise<LoadedConfig> {
  const names = given === undefined ? NAMES : [given]
  for (const name of names) watched.add(resolve(name))
  const file = given ?? (await firstOf(NAMES))
  if (file === undefined) return { pluginPackages: [], oauthClients: {}, hostProviders: new Map() }
  const shown = basename(file)
  if (!(await exists(file))) throw configInvalid(shown, 'is not there; ASHLAR_CONFIG names it')
  const folder = dirname(resolve(file))
  const files = new Set<string>()
  try {
    const { plugins, hostModules, oauthClients } = parse(await importModule(resolve(file), shown, files), shown)
    const pluginPackages: string[] = []
    for (const name of plugins) pluginPackages.push(await findPackage(name, folder, shown, watched))
    const hostProviders = await loadHostModules(folder, hosts ? hostModules : [], files)
    return { pluginPackages, oauthClients, hostProviders }
  } finally {
    const own = [...files].filter((path) => !path.includes(`${sep}node_modules${sep}`))
    for (const path of own) addWithFolders(watched, folder, path)
  }
}

async function firstOf(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(name)) return name
  return undefined
}

function parse(value: unknown, shown: string): z.output<typeof schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw configInvalid(shown, `${issue?.path.join('.') || 'its default export'}: ${issue?.message}`)
}

/** As Node looks for packages, but for the folder itself: what it exports does not matter. Another may lie there later, or elsewhere. */
async function findPackage(name: string, from: string, shown: string, watched: Set<string>): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    const isThere = await exists(join(found, 'package.json'))
    if (isThere || folder === from) addWithFolders(watched, folder, join(found, 'package.json'))
    if (isThere) return realpath(found)
    if (folder === dirname(folder)) throw configInvalid(shown, `plugins: the package ${name} is not installed beside it`)
  }
}

/** With the folders between: what is put in the place of one of them is another file too. */
function addWithFolders(paths: Set<string>, base: string, path: string): void {
  paths.add(path)
  const parent = dirname(path)
  if (parent !== base && !relative(base, parent).startsWith('..')) addWithFolders(paths, base, parent)
}
