import { execFile } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { promisify } from 'node:util'

/** Properties of the installed `bwrap`. Release 0.8 and later can forbid further user namespaces. */
interface Bubblewrap {
  canDisableUserNamespaces: boolean
}

/** The environment of a confined program. */
interface Confinement {
  /** The only files and folders that the program can see, read-only: path inside → real path outside. */
  readOnly: ReadonlyMap<string, string>
  /** All its environment variables. */
  env: Readonly<Record<string, string>>
  /** Working directory inside. @default `/` */
  workingDirectory?: string
  /** Descriptor from which bubblewrap reads a seccomp filter (`struct sock_filter[]`). */
  seccompFd?: number
  /** Descriptor to which bubblewrap writes JSON with `child-pid`: the process id in the parent's namespace. */
  infoFd?: number
}

const run = promisify(execFile)
const PROBE_TIMEOUT_MS = 10_000
/** User and group inside. */
const UNPRIVILEGED = '65534'

/**
 * Finds bubblewrap and tests it: runs a program under it with all options of {@link bubblewrapArguments}.
 *
 * @param probe a command that ends with status 0 when the confined program can run
 * @returns undefined where bubblewrap is not installed, or this user may not create user namespaces
 */
export async function findBubblewrap(probe: readonly string[], confinement: Confinement): Promise<Bubblewrap | undefined> {
  for (const canDisableUserNamespaces of [true, false]) {
    try {
      await run('bwrap', [...bubblewrapArguments({ canDisableUserNamespaces }, confinement), ...probe], {
        env: pathOnly(),
        timeout: PROBE_TIMEOUT_MS,
        killSignal: 'SIGKILL',
      })
      return { canDisableUserNamespaces }
    } catch {
      continue // an older release, or bubblewrap does not work here
    }
  }
  return undefined
}

/**
 * Returns the arguments of `bwrap` that precede the command. They create separate namespaces (user, network, process,
 * IPC, host name, cgroup), drop all capabilities, set user 65534, provide a read-only file system with only the listed
 * files, and send SIGKILL when the parent ends. The confined program is process 1 of its namespace.
 */
export function bubblewrapArguments({ canDisableUserNamespaces }: Bubblewrap, confinement: Confinement): string[] {
  const { readOnly, env, workingDirectory = '/', seccompFd, infoFd } = confinement
  const args = ['--unshare-all', '--unshare-user', '--uid', UNPRIVILEGED, '--gid', UNPRIVILEGED, '--cap-drop', 'ALL']
  if (canDisableUserNamespaces) args.push('--disable-userns')
  args.push('--die-with-parent', '--new-session', '--as-pid-1')
  for (const [inside, outside] of readOnly) args.push('--ro-bind', outside, inside)
  args.push('--remount-ro', '/', '--chdir', workingDirectory, '--clearenv')
  for (const [name, value] of Object.entries(env)) args.push('--setenv', name, value)
  if (seccompFd !== undefined) args.push('--seccomp', String(seccompFd))
  if (infoFd !== undefined) args.push('--info-fd', String(infoFd))
  return [...args, '--']
}

/** The shared libraries of this Node and its dynamic loader: path from which each is loaded → real path. */
export function sharedLibraries(): Map<string, string> {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean } // missing in @types/node 26.6
  const { excludeNetwork } = report
  report.excludeNetwork = true // it would look up the name of every peer
  const { sharedObjects } = report.getReport() as unknown as { sharedObjects: string[] }
  report.excludeNetwork = excludeNetwork
  const libraries = sharedObjects.filter((path) => path.startsWith('/') && !path.endsWith('.node'))
  return new Map(libraries.map((path) => [path, realpathSync(path)]))
}

/** An environment with only the variable that is needed to find `bwrap`. */
export function pathOnly(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }
}
