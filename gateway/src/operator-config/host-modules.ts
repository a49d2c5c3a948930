import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { HostProvider } from '@ashlar/core'
import { z } from 'zod'
import { configInvalid, importModule } from './import-module.ts'

/** The trusted modules that a configuration names. */
export interface HostModules {
  provider(name: string): HostProvider | undefined
  close(): void
}

const SETTLE_MS = 150

const hostProvider = z.custom<HostProvider>(
  (value) => typeof value === 'object' && value !== null && 'attach' in value && typeof value.attach === 'function',
  'must be { attach(request, secret) }',
)
const hostModule = z.strictObject({ providers: z.record(z.string(), hostProvider).default({}) })

/**
 * Loads them, and each again when its file changes; one that cannot be loaded any more stays as it was.
 *
 * @param paths relative to `folder`
 * @param failed hears of what could not be loaded again
 * @throws {AshlarError} CONFIG_INVALID when one cannot be loaded now
 */
export async function openHostModules(
  folder: string,
  paths: readonly string[],
  failed: (error: unknown) => void,
): Promise<HostModules> {
  const loaded = new Map<string, Map<string, HostProvider>>()
  const load = async (path: string): Promise<void> => {
    loaded.set(path, await loadProviders(resolve(folder, path), path))
  }
  await Promise.all(paths.map(load))
  const ends = paths.map((path) => watchFile(resolve(folder, path), () => void load(path).catch(failed)))
  return {
    provider: (name) => [...loaded.values()].map((providers) => providers.get(name)).find((found) => found !== undefined),
    close: () => ends.forEach((end) => end()),
  }
}

async function loadProviders(file: string, shown: string): Promise<Map<string, HostProvider>> {
  const parsed = hostModule.safeParse(await importModule(file, shown))
  if (parsed.success) return new Map(Object.entries(parsed.data.providers))
  const [issue] = parsed.error.issues
  throw configInvalid(shown, `its default export is no host module: ${issue?.path.join('.')} ${issue?.message}`)
}

/** Editors put another file in its place, so it is the folder that is watched. */
function watchFile(file: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    if (name !== basename(file)) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  })
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
