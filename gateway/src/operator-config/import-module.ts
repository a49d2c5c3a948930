import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AshlarError, messageOf } from '@ashlar/core'
import { tsImport } from 'tsx/esm/api'

const { cache } = createRequire(import.meta.url)

/**
 * The default export of a module, evaluated anew each time, as all that it imports is. TypeScript too, also in node_modules, where Node
 * strips no types. One after the other: what is imported meanwhile is taken for its own.
 *
 * @param shown what messages call it
 * @param files gets the absolute paths of it and of all that it imports, also where it cannot be loaded
 * @throws {AshlarError} CONFIG_INVALID
 */
export async function importModule(path: string, shown: string, files: Set<string>): Promise<unknown> {
  files.add(path)
  const onImport = (url: string): void => {
    if (url.startsWith('file:')) files.add(fileURLToPath(url))
  }
  try {
    const module = (await tsImport(pathToFileURL(path).href, { parentURL: import.meta.url, onImport })) as { default?: unknown }
    return defaultOf(module)
  } catch (error) {
    throw configInvalid(shown, `cannot be loaded: ${messageOf(error).split('\n', 1)[0]}`, error)
  } finally {
    for (const file of takeRequired()) files.add(file)
  }
}

/** Modules in CommonJS stay in the cache of Node, from where the next load would have them as they were. */
function takeRequired(): string[] {
  const keys = Object.keys(cache).filter((key) => key.includes('?namespace='))
  for (const key of keys) Reflect.deleteProperty(cache, key)
  return keys.map((key) => key.slice(0, key.indexOf('?namespace=')))
}

/** Of a module in CommonJS, the default export is in what stands for it. */
function defaultOf(module: { default?: unknown }): unknown {
  const { default: given } = module
  return typeof given === 'object' && given !== null && '__esModule' in given && 'default' in given ? given.default : given
}

export function configInvalid(shown: string, why: string, cause?: unknown): AshlarError {
  return new AshlarError('CONFIG_INVALID', `${shown}: ${why}`, { cause, details: { file: shown } })
}
