import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bubblewrapArguments, findBubblewrap, killOrphans, pathOnly, sharedLibraries } from '../../confinement/index.ts'
import { isWithin, type Reach } from './files/index.ts'

/** The bundler process: requests on its standard input, responses on its standard output. */
export type BundlerChild = ChildProcessByStdio<Writable, Readable, null>

const MAIN = fileURLToPath(new URL('bundler-process.ts', import.meta.url))
/** Of `@ashlar/core`. */
const CORE = fileURLToPath(new URL('../../../', import.meta.url))
const COMMAND = [process.execPath, MAIN]

let finding: ReturnType<typeof findBubblewrapFiles> | undefined

/**
 * Starts a bundler process with an empty environment. Where bubblewrap works, the process sees only Node, the bundler and these
 * directories, all read-only. Elsewhere only its own check of each file confines it.
 */
export async function launchBundler(reach: Reach): Promise<BundlerChild> {
  finding ??= findBubblewrapFiles()
  const found = await finding
  const options = { cwd: '/', detached: true } as const
  const [program = '', ...args] = COMMAND
  if (!found) return spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'ignore'], env: {} })
  const { bubblewrap, ownFiles } = found
  const outermost = reach.roots.filter(
    (root) =>
      !isWithin(
        root,
        reach.roots.filter((other) => other !== root),
      ),
  )
  const readOnly = new Map([...outermost.map((root) => [root, root] as const), ...ownFiles])
  const links = reach.links.flatMap(([path, target]) => ['--symlink', target, path])
  return spawn('bwrap', [...links, ...bubblewrapArguments(bubblewrap, { readOnly, env: {} }), ...COMMAND], {
    ...options,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: pathOnly(),
  })
}

/** Bubblewrap, if the bundler works under it, with the files that the bundler needs. */
async function findBubblewrapFiles() {
  if (process.platform !== 'linux') return undefined
  killOrphans(MAIN)
  const ownFiles = listOwnFiles()
  const bubblewrap = await findBubblewrap([...COMMAND, '--probe'], { readOnly: ownFiles, env: {} })
  return bubblewrap && { bubblewrap, ownFiles }
}

function listOwnFiles(): Map<string, string> {
  const require = createRequire(MAIN)
  const esbuild = realpathSync(dirname(require.resolve('esbuild/package.json')))
  const program = `@esbuild/${process.platform}-${process.arch}`
  const programFolder = realpathSync(dirname(createRequire(join(esbuild, 'package.json')).resolve(`${program}/package.json`)))
  const own = ['package.json', 'src/base', 'src/catalogue/bundle'].map((path) => join(CORE, path))
  return new Map([
    ...sharedLibraries(),
    [process.execPath, realpathSync(process.execPath)],
    ...own.map((path) => [path, path] as const),
    [join(CORE, 'node_modules/esbuild'), esbuild],
    [join(CORE, 'node_modules', program), programFolder],
  ])
}
