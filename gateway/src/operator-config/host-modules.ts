import { resolve } from 'node:path'
import type { HostFunction, HostProvider, RunHostFunction } from '@ashlar/core'
import { z } from 'zod'
import { findBuiltinModule } from '../host-modules/index.ts'
import { configError, importModule } from './import-module.ts'

const hostProvider = z.custom<HostProvider>(
  (value) => typeof value === 'object' && value !== null && 'attach' in value && typeof value.attach === 'function',
  'must be { attach(request, secret) }',
)
const run = z.custom<RunHostFunction>((value) => typeof value === 'function')
const hostFunction = z.union(
  [
    run.transform((value): HostFunction => ({ run: value })),
    z.strictObject({
      run,
      providers: z.array(z.string()).exactOptional(),
      plugins: z.array(z.string()).exactOptional(),
      timeoutMs: z.int().min(1).max(1_800_000).exactOptional(),
    }),
  ],
  { error: 'must be a function, or { run, providers, plugins, timeoutMs }' },
)
const functionName = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be like "crm/find"')
const hostModule = z.strictObject({
  providers: z.record(z.string(), hostProvider).default({}),
  functions: z.record(functionName, hostFunction).default({}),
})

/** The content of host modules by name. The first module that names an entry wins. */
export interface HostModules {
  /** Keys are qualified names of providers. */
  providers: ReadonlyMap<string, HostProvider>
  functions: ReadonlyMap<string, HostFunction>
}

/**
 * Loads the host modules of a configuration.
 *
 * @param paths relative to `folder`, or names of built-in modules such as `ashlar:smtp`
 * @param files receives the paths of the modules and of all files that they import
 * @throws {AshlarError} CONFIG_INVALID
 */
export async function loadHostModules(folder: string, paths: readonly string[], files: Set<string>): Promise<HostModules> {
  const providers = new Map<string, HostProvider>()
  const functions = new Map<string, HostFunction>()
  for (const path of paths) {
    const parsed = hostModule.safeParse(await load(folder, path, files))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw configError(path, `its default export is not a host module: ${issue?.path.join('.')} ${issue?.message}`)
    }
    for (const [name, provider] of Object.entries(parsed.data.providers)) if (!providers.has(name)) providers.set(name, provider)
    for (const [name, own] of Object.entries(parsed.data.functions)) if (!functions.has(name)) functions.set(name, own)
  }
  return { providers, functions }
}

async function load(folder: string, path: string, files: Set<string>): Promise<unknown> {
  if (!path.startsWith('ashlar:')) return importModule(resolve(folder, path), path, files)
  const { module, names } = await findBuiltinModule(path)
  if (!module) throw configError(path, `is not a built-in host module; the built-in ones are ${names.join(', ')}`)
  return module
}
