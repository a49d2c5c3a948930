import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { holdEsbuild } from '../../base/esbuild/index.ts'

/** The programs that run in sandbox processes. Packages for plugin authors contain the built programs. */
type Program = 'process/main' | 'process/snapshot' | `process/lockdown/${'launcher' | 'probe' | 'native-attempts'}`

const built = new Map<Program, Promise<string>>()

/**
 * Bundles a program into one CommonJS module, once per worker. The module imports only Node's own modules and
 * `isolated-vm`. Node starts it in half the time that it needs for the TypeScript files.
 */
export function buildProgram(program: Program): Promise<string> {
  const known = built.get(program) ?? bundle(program)
  built.set(program, known)
  return known
}

async function bundle(program: Program): Promise<string> {
  const release = holdEsbuild()
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../${program}.ts`, import.meta.url))],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    external: ['isolated-vm'],
    write: false,
    logLevel: 'silent',
  }).finally(release)
  return result.outputFiles[0]?.text ?? ''
}
