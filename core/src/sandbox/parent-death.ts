import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Launch } from './launch.ts'

const run = promisify(execFile)
const SETPRIV = ['--pdeathsig', 'KILL', '--']

/**
 * Has the kernel kill sandbox processes when their worker is gone, where it is Linux and `setpriv` (util-linux) is there. Elsewhere a sandbox process notices
 * by its channel, which takes a main thread that runs.
 */
export async function endWithWorker(launch: Launch): Promise<Launch> {
  if (process.platform !== 'linux') return launch
  try {
    await run('setpriv', [...SETPRIV, 'true'])
    return { execPath: 'setpriv', execArgv: [...SETPRIV, launch.execPath, ...launch.execArgv] }
  } catch {
    return launch
  }
}
