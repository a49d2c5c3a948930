import { resolve } from 'node:path'
import { createWorkbench, type Draft, type Workbench } from '@ashlar/core'
import { UsageError } from '../../command/command.ts'

/** Returns the folder of the package, the only argument of a command. @throws {UsageError} for more than one folder */
export function parseFolder([folder = '.', ...more]: readonly string[]): string {
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}": specify one folder`)
  return folder
}

/** Bundles the plugin in a folder and calls `work` with it. @throws {AshlarError} PLUGIN_INVALID PLUGIN_LOAD_FAILED */
export async function withDraft<T>(folder: string, work: (draft: Draft, workbench: Workbench) => Promise<T>): Promise<T> {
  const workbench = await createWorkbench(resolve(folder))
  try {
    return await work(await workbench.describe(await workbench.bundle()), workbench)
  } finally {
    await workbench.close()
  }
}
