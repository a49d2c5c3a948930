import { spawn } from 'node:child_process'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { exists } from '../../../base/exists.ts'
import { installCommand } from '../draft/installing.ts'
import type { PackageJson } from '../draft/package-files.ts'
import type { Finding, Level } from './finding.ts'

const TIMEOUT_MS = 120_000

/** Checks the types with the TypeScript that the package has installed. @param folder absolute path */
export async function findInTypes(folder: string, json: PackageJson): Promise<Finding[]> {
  if (!(await exists(join(folder, 'tsconfig.json')))) return [unchecked('hint', 'there is no tsconfig.json')]
  const compiler = findInstalled('typescript', folder)
  const missing = ['typescript', '@ashlar/sdk'].filter((name) => findInstalled(name, folder) === undefined)
  if (compiler === undefined || missing.length > 0) return [unchecked('warning', await adviceOn(missing, folder, json))]
  const { code, output } = await run(join(compiler, 'bin', 'tsc'), folder)
  if (code === 0) return []
  const found = findErrors(output)
  return found.length > 0 ? found : [{ level: 'error', code: 'TYPES', position: null, message: output.trim().slice(0, 500) }]
}

function unchecked(level: Level, why: string): Finding {
  return { level, code: 'TYPES_UNCHECKED', position: null, message: `types are not checked: ${why}` }
}

async function adviceOn(
  missing: readonly string[],
  folder: string,
  { dependencies, devDependencies }: PackageJson,
): Promise<string> {
  const declared = { ...dependencies, ...devDependencies }
  const undeclared = missing.filter((name) => !(name in declared))
  const first = undeclared.length > 0 ? `add ${undeclared.join(' and ')} to "devDependencies", then run: ` : 'run: '
  return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed; ${first}${await installCommand(folder)}`
}

/** Returns the folder of an installed package. */
function findInstalled(name: string, folder: string): string | undefined {
  try {
    const file = findPackageJSON(name, join(folder, 'package.json'))
    return file && dirname(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** The head of an error names two types as a whole; the last line below it says where they differ. */
const MAX_HEAD_CHARS = 200

/** `src/index.ts(3,5): error TS2322: …`, and below it, deeper with each line, why. */
function findErrors(output: string): Finding[] {
  const errors = output.matchAll(/^(?<path>\S.*?)\((?<row>\d+),(?<column>\d+)\): error (?<head>TS\d+: .*)(?<below>(?:\n +.*)*)/gm)
  return [...errors].flatMap(({ groups: { path = '', row = '', column = '', head = '', below = '' } = {} }) => {
    const reason = below.trim().split('\n').at(-1)?.trim() ?? ''
    const message = head.length > MAX_HEAD_CHARS ? `${head.slice(0, MAX_HEAD_CHARS)}…` : head
    const position = `${path.replaceAll('\\', '/')}:${row}:${column}`
    return { level: 'error', code: 'TYPES', position, message: reason === '' ? message : `${message} ${reason}` }
  })
}

function run(compiler: string, folder: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [compiler, '-p', '.', '--noEmit', '--pretty', 'false'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: stripVTControlCharacters(output) }))
  })
}
