import { AshlarError } from '../../base/index.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits, type Workspaces } from '../../workspaces/index.ts'
import type { CapabilityHost } from '../capability/index.ts'
import type { FilesGrant } from './grant.ts'
import { OpenFiles } from './open-files.ts'
import { createFilesSession } from './session.ts'

/** The files of executions. @param workspaces undefined if this installation stores no files */
export function createFilesHost(
  workspaces: Pick<Workspaces, 'openFor'> | undefined,
  overrides: Partial<WorkspaceLimits> = {},
): CapabilityHost<{ files?: FilesGrant | undefined }> {
  const limits = { ...DEFAULT_WORKSPACE_LIMITS, ...overrides }
  const open = new OpenFiles(limits)
  return {
    createSession(caller) {
      const openWorkspace = async () => {
        if (!workspaces) throw new AshlarError('CONFIG_INVALID', 'files: this installation has no folder for files')
        return workspaces.openFor(caller.execution.id)
      }
      return createFilesSession({ openWorkspace, open, limits }, caller)
    },
    close: () => open.closed(),
  }
}
