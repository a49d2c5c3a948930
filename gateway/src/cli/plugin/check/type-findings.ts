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
  const found = findErrors(output)
  return found.length > 0 ? found : [{ level: 'error', code: 'TYPES', position: null, message: output.trim().slice(0, 500) }]
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
