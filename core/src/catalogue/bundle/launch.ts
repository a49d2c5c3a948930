import { spawn, type ChildProcess } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Readable, Writable } from 'node:stream'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from '../../base/esbuild/index.ts'
import { bubblewrapArguments, findBubblewrap, killOrphans, pathOnly, sharedLibraries } from '../../confinement/index.ts'
import { isWithin, type Reach } from './files/index.ts'

/** The bundler process, with the streams of its requests and its responses. */
export interface BundlerChild {
  readonly child: ChildProcess
  readonly requests: Writable
  readonly responses: Readable
}

const MAIN = fileURLToPath(new URL('bundler-process.ts', import.meta.url))
/** The folder of `@ashlar/core`, where the program finds esbuild. */
const CORE = fileURLToPath(new URL('../../../', import.meta.url))
const TITLE = '--title=ashlar-bundler'
const NODE = [process.execPath, TITLE, '--input-type=module']
/** Node reads the program from standard input. */
const COMMAND = [...NODE, '-']
const PROBE = [...NODE, '--eval', `import { transform } from 'esbuild'; await transform(''); process.exit()`]

let building: Promise<string> | undefined
let finding: ReturnType<typeof findBubblewrapFiles> | undefined

/**
 * Starts a bundler process with an empty environment. Where bubblewrap works, the process sees only Node, esbuild and
 * these directories, all read-only. Elsewhere only its own check of each file confines it.
 */
export async function launchBundler(reach: Reach): Promise<BundlerChild> {
  building ??= bundleProgram(MAIN, { format: 'esm', external: ['esbuild'] })
  finding ??= findBubblewrapFiles()
  const [program, found] = await Promise.all([building, finding])
  const [command = '', ...args] = found ? ['bwrap', ...confinementOf(reach, found), ...COMMAND] : COMMAND
  const child = spawn(command, args, {
    cwd: CORE,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    env: found ? pathOnly() : {},
  })
  const [input, responses, , requests] = child.stdio as [Writable, Readable, null, Writable, undefined]
  input.on('error', () => {}).end(program) // an error means that the process has ended, which `exit` reports
  return { child, requests, responses }
}

type Found = NonNullable<Awaited<ReturnType<typeof findBubblewrapFiles>>>

function confinementOf({ roots, links }: Reach, { bubblewrap, ownFiles }: Found): string[] {
  const others = (root: string): string[] => roots.filter((other) => other !== root)
  const outermost = roots.filter((root) => !isWithin(root, others(root)))
  const readOnly = new Map([...outermost.map((root) => [root, root] as const), ...ownFiles])
  const symlinks = links.flatMap(([path, target]) => ['--symlink', target, path])
  return [...symlinks, ...bubblewrapArguments(bubblewrap, { readOnly, env: {}, workingDirectory: CORE })]
}

/** Bubblewrap, if the bundler works under it, with the files that the bundler needs. */
async function findBubblewrapFiles() {
  if (process.platform !== 'linux') return undefined
  killOrphans(TITLE)
  const ownFiles = listOwnFiles()
  const bubblewrap = await findBubblewrap(PROBE, { readOnly: ownFiles, env: {}, workingDirectory: CORE })
  return bubblewrap && { bubblewrap, ownFiles }
}

function listOwnFiles(): Map<string, string> {
  const require = createRequire(MAIN)
  const esbuild = realpathSync(dirname(require.resolve('esbuild/package.json')))
  const program = `@esbuild/${process.platform}-${process.arch}`
  const programFolder = realpathSync(dirname(createRequire(join(esbuild, 'package.json')).resolve(`${program}/package.json`)))
  return new Map([
    ...sharedLibraries(),
    [process.execPath, realpathSync(process.execPath)],
    [join(CORE, 'node_modules/esbuild'), esbuild],
    [join(CORE, 'node_modules', program), programFolder],
  ])
}
