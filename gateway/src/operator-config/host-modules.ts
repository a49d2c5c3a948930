import { resolve } from 'node:path'
import type { HostProvider } from '@ashlar/core'
import { z } from 'zod'
import { configError, importModule } from './import-module.ts'

const hostProvider = z.custom<HostProvider>(
  (value) => typeof value === 'object' && value !== null && 'attach' in value && typeof value.attach === 'function',
  'must be { attach(request, secret) }',
)
const hostModule = z.strictObject({ providers: z.record(z.string(), hostProvider).default({}) })

/**
 * Loads the host modules of a configuration.
 *
 * @param paths relative to `folder`
 * @param files receives the paths of the modules and of all files that they import
 * @returns the providers by qualified name; the first module that names a provider wins
 * @throws {AshlarError} CONFIG_INVALID
 */
export async function loadHostModules(
  folder: string,
  paths: readonly string[],
  files: Set<string>,
): Promise<Map<string, HostProvider>> {
  const found = new Map<string, HostProvider>()
  for (const path of paths) {
    const parsed = hostModule.safeParse(await importModule(resolve(folder, path), path, files))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw configError(path, `its default export is not a host module: ${issue?.path.join('.')} ${issue?.message}`)
    }
    for (const [name, provider] of Object.entries(parsed.data.providers)) if (!found.has(name)) found.set(name, provider)
  }
  return found
}
