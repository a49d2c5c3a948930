import { resolve } from 'node:path'
import { createWorkbench, type Draft, type Workbench } from '@ashlar/core'
import { UsageError } from '../../command/command.ts'

/** The folder of the package that a command is about. @throws {UsageError} when more than one is named */
export function folderOf([folder = '.', ...more]: readonly string[]): string {
  if (more.length > 0) throw new UsageError(`"${more[0]}" is too much: name one folder`)
  return folder
}

/** Bundles the plugin in a folder, and lets `work` use it. @throws {AshlarError} PLUGIN_INVALID PLUGIN_LOAD_FAILED */
export async function withDraft<T>(folder: string, work: (draft: Draft, workbench: Workbench) => Promise<T>): Promise<T> {
  const workbench = await createWorkbench(resolve(folder))
  try {
    return await work(await workbench.describe(await workbench.bundle()), workbench)
  } finally {
    await workbench.close()
  }
}
