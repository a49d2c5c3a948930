import { pathToFileURL } from 'node:url'
import { AshlarError, messageOf } from '@ashlar/core'
import { tsImport } from 'tsx/esm/api'

/**
 * The default export of a module, evaluated anew each time. TypeScript too, also in node_modules, where Node strips no types.
 *
 * @param shown what messages call it
 * @throws {AshlarError} CONFIG_INVALID
 */
export async function importModule(path: string, shown: string): Promise<unknown> {
  try {
    const module = (await tsImport(pathToFileURL(path).href, import.meta.url)) as { default?: unknown }
    return defaultOf(module)
  } catch (error) {
    throw configInvalid(shown, `cannot be loaded: ${messageOf(error).split('\n', 1)[0]}`, error)
  }
}

/** Of a module in CommonJS, the default export is in what stands for it. */
function defaultOf(module: { default?: unknown }): unknown {
  const { default: given } = module
  return typeof given === 'object' && given !== null && '__esModule' in given && 'default' in given ? given.default : given
}

export function configInvalid(shown: string, why: string, cause?: unknown): AshlarError {
  return new AshlarError('CONFIG_INVALID', `${shown}: ${why}`, { cause, details: { file: shown } })
}
