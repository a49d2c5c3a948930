import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { exists } from '../../../exists.ts'
import type { Finding } from './finding.ts'

const TIMEOUT_MS = 120_000

/** Checks the types with the TypeScript that the package has installed. */
export async function findInTypes(folder: string): Promise<Finding[]> {
  const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc')
  for (const [path, message] of [
    [compiler, 'typescript is not installed in the package'],
    [join(folder, 'tsconfig.json'), 'there is no tsconfig.json'],
  ] as const)
    if (!(await exists(path)))
      return [{ level: 'hint', code: 'TYPES_UNCHECKED', position: null, message: `types are not checked: ${message}` }]
  const { code, output } = await run(compiler, folder)
  if (code === 0) return []
  const found = output.split('\n').flatMap(parseLine)
  return found.length > 0 ? found : [{ level: 'error', code: 'TYPES', position: null, message: output.trim().slice(0, 500) }]
}

/** `src/index.ts(3,5): error TS2322: …` */
function parseLine(line: string): Finding[] {
  const { path, row, column, message } =
    /^(?<path>.+?)\((?<row>\d+),(?<column>\d+)\): error (?<message>TS\d+: .*)$/.exec(line)?.groups ?? {}
  if (path === undefined || message === undefined) return []
  return [{ level: 'error', code: 'TYPES', position: `${path.replaceAll('\\', '/')}:${row}:${column}`, message }]
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
