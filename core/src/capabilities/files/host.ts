import { AshlarError } from '../../errors/index.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits, type Workspaces } from '../../workspaces/index.ts'
import type { Power } from '../capability.ts'
import { OpenFiles } from './open-files.ts'
import { createFilesSession } from './session.ts'

/** The files of executions. @param workspaces none where this installation keeps no files */
export function createFiles(workspaces: Workspaces | undefined, overrides: Partial<WorkspaceLimits> = {}): Power {
  const limits = { ...DEFAULT_WORKSPACE_LIMITS, ...overrides }
  const open = new OpenFiles(limits)
  return {
    // A file that is being written takes its place only when it has ended.
    effectOf: (method) => (method === 'files.end' || method === 'files.delete' ? 'once' : 'none'),
    createSession(acting) {
      const openWorkspace = async () => {
        if (!workspaces) throw new AshlarError('CONFIG_INVALID', 'files: this installation has no folder for them')
        return workspaces.openFor(acting.actor.id)
      }
      return createFilesSession({ openWorkspace, open, limits }, acting)
    },
    close: () => open.closed(),
  }
}
