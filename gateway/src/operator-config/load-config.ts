import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isLocalEndpoint, oauthClientSchema, packageNameSchema, type OAuthClient } from '@ashlar/core'
import { z } from 'zod'
import { exists } from '../base/exists.ts'
import { loadHostModules, type HostModules } from './host-modules.ts'
import { configError, importModule } from './import-module.ts'

/** The content of a configuration file. */
export interface LoadedConfig {
  /** Folders of the plugin packages. */
  pluginPackages: string[]
  oauthClients: Record<string, OAuthClient>
  /** Hosts and ports by provider. */
  localEndpoints: Record<string, string[]>
  hostModules: HostModules
}

const NAMES = ['ashlar.config.ts', 'ashlar.config.mts', 'ashlar.config.js', 'ashlar.config.mjs']

const schema = z.strictObject({
  plugins: z.array(packageNameSchema).default([]),
  hostModules: z.array(z.string().min(1)).default([]),
  oauthClients: z.record(z.string(), oauthClientSchema).default({}),
  localEndpoints: z
    .record(z.string(), z.array(z.string().refine(isLocalEndpoint, 'must be a host and a port like "127.0.0.1:11434"')))
    .default({}),
})

/**
 * Loads a configuration file. The default is `ashlar.config.ts` (or .mts, .js, .mjs) in the working directory.
 *
 * @param given path, relative to the working directory
 * @param hosts whether to load the host modules
 * @param watched receives all paths on which the configuration depends, even if it does not load
 * @throws {AshlarError} CONFIG_INVALID with the file and the reason
 */
export async function loadConfig(given: string | undefined, hosts: boolean, watched: Set<string>): Promise<LoadedConfig> {
  const names = given === undefined ? NAMES : [given]
  for (const name of names) watched.add(resolve(name))
  const file = given ?? (await findFirstFile(NAMES))
  if (file === undefined)
    return { pluginPackages: [], oauthClients: {}, localEndpoints: {}, hostModules: await loadHostModules('.', [], new Set()) }
  const label = basename(file)
  if (!(await exists(file))) throw configError(label, 'does not exist: create it, or correct ASHLAR_CONFIG')
  const folder = dirname(resolve(file))
  const files = new Set<string>()
  try {
    const { plugins, hostModules, oauthClients, localEndpoints } = parse(await importModule(resolve(file), label, files), label)
    const pluginPackages: string[] = []
    for (const name of plugins) pluginPackages.push(await findPackage(name, folder, label, watched))
    const loaded = await loadHostModules(folder, hosts ? hostModules : [], files)
    return { pluginPackages, oauthClients, localEndpoints, hostModules: loaded }
  } finally {
    const own = [...files].filter((path) => !path.includes(`${sep}node_modules${sep}`))
    for (const path of own) addWithFolders(watched, folder, path)
  }
}

async function findFirstFile(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(name)) return name
  return undefined
}

function parse(value: unknown, label: string): z.output<typeof schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw configError(label, `${issue?.path.join('.') || 'its default export'}: ${issue?.message}`)
}

/**
 * Finds the folder of a package like Node, but ignores its exports. Watches the paths where the package may appear.
 */
async function findPackage(name: string, from: string, label: string, watched: Set<string>): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    const isThere = await exists(join(found, 'package.json'))
    if (isThere || folder === from) addWithFolders(watched, folder, join(found, 'package.json'))
    if (isThere) return realpath(found)
    if (folder === dirname(folder))
      throw configError(
        label,
        `plugins: the package ${name} is not installed next to it: install it, or remove it from "plugins"`,
      )
  }
}

/** Adds a path and all folders between it and `base`, because replacing one of them also replaces the file. */
function addWithFolders(paths: Set<string>, base: string, path: string): void {
  paths.add(path)
  const parent = dirname(path)
  if (parent !== base && !relative(base, parent).startsWith('..')) addWithFolders(paths, base, parent)
}
