import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PluginPackage } from '../blocks/index.ts'

/** A plugin package in a temporary folder. */
export interface TestPackage {
  readonly source: PluginPackage
  remove(): Promise<void>
}

/**
 * Writes a package whose plugin `test` has one block `code`.
 *
 * @param body the body of the block's async function `run`, which yields on the pin `out`
 * @param top the code above the plugin, such as imports
 * @param files further files by path, such as `node_modules/a/index.js`; a folder in `node_modules` gets a
 *   package.json
 * @param origin `WORKSPACE` is bundled in this process, another origin in a confined process. @default 'WORKSPACE'
 */
export async function writeTestPackage(
  body: string,
  top = '',
  files: Record<string, string | Uint8Array> = {},
  origin: PluginPackage['origin'] = 'WORKSPACE',
): Promise<TestPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-package-'))
  const installed = [...new Set(Object.keys(files).flatMap((path) => /^node_modules\/([^/]+)\//.exec(path)?.[1] ?? []))]
  const manifests = installed.map((name) => [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' })])
  const dependencies = Object.fromEntries(installed.map((name) => [name, '*']))
  const all: Record<string, string | Uint8Array> = {
    'package.json': JSON.stringify({ name: 'test', version: '1.0.0', type: 'module', dependencies }),
    ...(Object.fromEntries(manifests) as Record<string, string>),
    'index.js': `import { defineBlock, definePlugin } from '@ashlar/sdk'\nimport { z } from 'zod'\n${top}
      export default definePlugin({ name: 'test', blocks: [defineBlock({
        id: '00000000-0000-4000-8000-000000000001', name: 'code', description: '', category: 'TEST', tests: [],
        input: z.object({ n: z.number().default(1) }), output: z.object({ out: z.any() }),
        async *run(_input, context) { ${body} } })] })`,
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const source = { entry: join(folder, 'index.js'), folder, packageName: 'test', version: '1.0.0', origin, sdk: undefined }
  return { source, remove: () => rm(folder, { recursive: true }) }
}
