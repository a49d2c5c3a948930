import { access, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { oauthClientSchema, type HostProvider, type OAuthClient } from '@ashlar/core'
import { z } from 'zod'
import { openHostModules, type HostModules } from './host-modules.ts'
import { configInvalid, importModule } from './import-module.ts'

/** What an operator has configured in a file, ready for a runtime. */
export interface OpenedConfig {
  /** Folders of the packages. */
  pluginPackages: string[]
  oauthClients: Record<string, OAuthClient>
  hostProvider(name: string): HostProvider | undefined
  close(): void
}

const NAMES = ['ashlar.config.ts', 'ashlar.config.mts', 'ashlar.config.js', 'ashlar.config.mjs']
const NONE: OpenedConfig = { pluginPackages: [], oauthClients: {}, hostProvider: () => undefined, close: () => {} }

const schema = z.strictObject({
  plugins: z
    .array(z.string().regex(/^(@[a-z0-9][\w.~-]*\/)?[a-z0-9][\w.~-]*$/, 'must be the name of an npm package'))
    .default([]),
  hostModules: z.array(z.string().min(1)).default([]),
  oauthClients: z.record(z.string(), oauthClientSchema).default({}),
})

/**
 * Loads `ashlar.config.ts` (or .mts, .js, .mjs) of the working directory, or the file that is given. A change of it takes effect at the
 * next start, one of a host module at once.
 *
 * @param given path, relative to the working directory
 * @param hosts whether its host modules are wanted: gateways run no blocks
 * @throws {AshlarError} CONFIG_INVALID with the file and the reason
 */
export async function openOperatorConfig(
  given: string | undefined,
  { hosts, failed }: { hosts: boolean; failed(error: unknown): void },
): Promise<OpenedConfig> {
  const file = given === undefined ? await findFile() : resolve(given)
  if (file === undefined) return NONE
  const shown = basename(file)
  if (!(await exists(file))) throw configInvalid(shown, 'is not there; ASHLAR_CONFIG names it')
  const parsed = schema.safeParse(await importModule(file, shown))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw configInvalid(shown, `${issue?.path.join('.') || 'its default export'}: ${issue?.message}`)
  }
  const { plugins, hostModules, oauthClients } = parsed.data
  const folder = dirname(file)
  const pluginPackages = await Promise.all(plugins.map((name) => findPackage(name, folder, shown)))
  const modules: HostModules | undefined = hosts ? await openHostModules(folder, hostModules, failed) : undefined
  return {
    pluginPackages,
    oauthClients,
    hostProvider: (name) => modules?.provider(name),
    close: () => modules?.close(),
  }
}

async function findFile(): Promise<string | undefined> {
  for (const name of NAMES) if (await exists(name)) return resolve(name)
  return undefined
}

/** As Node looks for packages, but for the folder itself: what it exports does not matter. */
async function findPackage(name: string, from: string, shown: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (await exists(join(found, 'package.json'))) return realpath(found)
    if (folder === dirname(folder)) throw configInvalid(shown, `plugins: the package ${name} is not installed beside it`)
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
