import { fileURLToPath } from 'node:url'
import { bundleProgram } from '../../base/esbuild/index.ts'

/** The programs that run in sandbox processes. Packages for plugin authors contain the built programs. */
type Program = 'process/main' | 'process/snapshot' | `process/lockdown/${'launcher' | 'probe' | 'native-attempts'}`

const built = new Map<Program, Promise<string>>()

/** Bundles a program into one CommonJS module, once per worker. It imports only Node's modules and `isolated-vm`. */
export function buildProgram(program: Program): Promise<string> {
  const path = fileURLToPath(new URL(`../${program}.ts`, import.meta.url))
  const known = built.get(program) ?? bundleProgram(path, { external: ['isolated-vm'] })
  built.set(program, known)
  return known
}
