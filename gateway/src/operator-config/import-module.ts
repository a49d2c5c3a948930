import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AshlarError, errorMessage } from '@ashlar/core'
import { tsImport } from 'tsx/esm/api'

const { cache } = createRequire(import.meta.url)

/**
 * Imports a module and returns its default export. Every call evaluates the module and all its imports again. The
 * module may be TypeScript, also in node_modules, where Node does not strip types. Calls must not overlap: the imports
 * of a concurrent call would be attributed to this one.
 *
 * @param label name of the module in messages
 * @param files receives the absolute paths of the module and of all its imports, even if the module does not load
 * @throws {AshlarError} CONFIG_INVALID
 */
export async function importModule(path: string, label: string, files: Set<string>): Promise<unknown> {
  files.add(path)
  const onImport = (url: string): void => {
    if (url.startsWith('file:')) files.add(fileURLToPath(url))
  }
  try {
    const module = (await tsImport(pathToFileURL(path).href, { parentURL: import.meta.url, onImport })) as { default?: unknown }
    return getDefaultExport(module)
  } catch (error) {
    throw configError(label, `cannot be loaded: ${errorMessage(error).split('\n', 1)[0]}`, error)
  } finally {
    for (const file of evictRequired()) files.add(file)
  }
}

/** Removes CommonJS modules from the cache of Node, so that the next import evaluates them again. */
function evictRequired(): string[] {
  const keys = Object.keys(cache).filter((key) => key.includes('?namespace='))
  for (const key of keys) Reflect.deleteProperty(cache, key)
  return keys.map((key) => key.slice(0, key.indexOf('?namespace=')))
}

/** The default export of a CommonJS module is a property of the object that represents the module. */
function getDefaultExport(module: { default?: unknown }): unknown {
  const { default: given } = module
  return typeof given === 'object' && given !== null && '__esModule' in given && 'default' in given ? given.default : given
}

export function configError(label: string, why: string, cause?: unknown): AshlarError {
  return new AshlarError('CONFIG_INVALID', `${label}: ${why}`, { cause, details: { file: label } })
}
