import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quote } from '../../../base/command-line.ts'
import { exists } from '../../../base/exists.ts'
import { PLUGIN_ROOTS } from '../../../installation/index.ts'

// The SDK is not on the npm registry, so a new package refers to the SDK of this clone.

const SDK = fileURLToPath(new URL('../../../../../plugins/sdk', import.meta.url))

/** Returns the version of `@ashlar/sdk` for the package.json of a new package. @param folder absolute path */
export async function sdkOrigin(folder: string): Promise<string> {
  const real = await realFolder(folder)
  return isInWorkspace(real) ? 'workspace:*' : `file:${relative(real, SDK).replaceAll('\\', '/')}`
}

/** Returns the command that installs the dependencies of a package. @param folder absolute path */
export async function installCommand(folder: string): Promise<string> {
  if (isInWorkspace(await realFolder(folder))) return 'npx pnpm@12 install'
  const here = quote(relative('', folder) || '.')
  const usesPnpm = await exists(join(folder, 'pnpm-lock.yaml'))
  return usesPnpm ? `npx pnpm@12 --dir ${here} install` : `npm --prefix ${here} install`
}

/** Whether the folder is a member of the pnpm workspace of this clone, which the server also loads by itself. */
export async function isInstalledHere(folder: string): Promise<boolean> {
  return isInWorkspace(await realFolder(folder))
}

function isInWorkspace(real: string): boolean {
  return PLUGIN_ROOTS.some((root) => relative(root, dirname(real)) === '')
}

/** Resolves the links above a folder that may not exist. */
async function realFolder(folder: string): Promise<string> {
  if (await exists(folder)) return realpath(folder)
  const above = dirname(folder)
  return above === folder ? folder : join(await realFolder(above), basename(folder))
}
