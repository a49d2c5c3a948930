import { access, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCli } from '../cli/cli.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

interface Outcome {
  status: number
  stdout: string
  stderr: string
}

/** Runs a command as a process without a terminal does. */
export function ashlar(...args: string[]): Promise<Outcome> {
  return ashlarWith({}, ...args)
}

export async function ashlarWith(environment: Record<string, string>, ...args: string[]): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const stdout = { write: (text: string) => out.push(text) }
  const stderr = { write: (text: string) => err.push(text) }
  const status = await runCli(args, { stdout, stderr, environment })
  return { status, stdout: out.join(''), stderr: err.join('') }
}

/** A folder for one test file; `remove` takes it away. */
export async function createTestFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-plugin-')))
  return { path, remove: () => rm(path, { recursive: true }) }
}

/** What an installation of the package's dependencies gives, out of this workspace. */
export async function installFromWorkspace(folder: string): Promise<void> {
  const modules: Record<string, string> = {
    '@ashlar/sdk': 'plugins/sdk',
    zod: 'plugins/sdk/node_modules/zod',
    typescript: 'node_modules/typescript',
  }
  for (const [name, path] of Object.entries(modules)) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await access(link).catch(() => symlink(join(ROOT, path), link, 'junction'))
  }
}
