import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePackage, type createSandbox } from '@ashlar/core/testing'
import type { PackageCase } from './case.ts'

/**
 * Bundles a plugin that uses a package, and runs it.
 *
 * @param folder contains the package in its `node_modules`
 * @returns the value of the expression in the sandbox
 * @throws {AshlarError} PLUGIN_LOAD_FAILED BLOCK_FAILED …
 */
export async function runPackage(
  [name, imports, use]: PackageCase,
  folder: string,
  sandbox: Awaited<ReturnType<typeof createSandbox>>,
): Promise<unknown> {
  const entry = join(folder, `${name.replaceAll(/\W/g, '-')}.plugin.js`)
  await writeFile(entry, pluginText(imports, use))
  try {
    const source = { entry, folder, packageName: name, version: '1.0.0', origin: 'WORKSPACE', sdk: undefined } as const
    const { bundle } = await bundlePackage(source)
    return await runBlock(bundle, sandbox)
  } finally {
    await rm(entry)
  }
}

function pluginText(imports: string, use: string): string {
  return `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
${imports}
const block = defineBlock({
  id: '00000000-0000-4000-8000-000000000001', name: 'use', description: '', category: 'TEST', tests: [],
  input: z.object({}), output: z.object({ out: z.any() }),
  async *run() { yield ['out', await (${use})] },
})
export default definePlugin({ name: 'test', blocks: [block] })
`
}

type Sandbox = Awaited<ReturnType<typeof createSandbox>>
type Bundle = Parameters<Sandbox['call']>[0]['bundle']

function runBlock(bundle: Bundle, sandbox: Sandbox): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  let value: unknown
  sandbox.call(
    {
      kind: 'run',
      bundle,
      cordon: 'builtin',
      owner: 'u',
      scope: bundle.digest,
      affinity: 'e',
      block: 'use',
      input: () => '{}',
      timeoutMs: 30_000,
    },
    { output: (_pin, output) => (value = output), end: (error) => (error ? reject(error) : resolve(value)) },
  )
  return promise.finally(() => sandbox.forget(bundle.digest))
}
