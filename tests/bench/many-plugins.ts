import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const BLOCKS_PER_PLUGIN = 10

/** Writes plugin packages into a folder. Each has an entry, a file for each block, and a file that the blocks share. */
export async function writePlugins(folder: string, count: number): Promise<void> {
  for (let plugin = 0; plugin < count; plugin++) await writePlugin(join(folder, `many-${plugin}`), plugin)
}

/** The first block of the plugin, the only one whose `mark` changes. */
export function firstBlock(plugin: number): string {
  return `many-${plugin}/block-0`
}

/** Changes the first block of a plugin: its description and what it yields. */
export async function changePlugin(folder: string, plugin: number, mark: string): Promise<void> {
  await writeFile(join(folder, `many-${plugin}`, 'src', 'block-0.ts'), blockSource(plugin, 0, mark))
}

async function writePlugin(folder: string, plugin: number): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true })
  const manifest = { name: `many-${plugin}`, version: '1.0.0', type: 'module', ashlar: { blocks: './src/index.ts' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'src', 'shared.ts'), SHARED)
  const blocks = Array.from({ length: BLOCKS_PER_PLUGIN }, (_, block) => block)
  for (const block of blocks) await writeFile(join(folder, 'src', `block-${block}.ts`), blockSource(plugin, block, 'new'))
  const imports = blocks.map((block) => `import { block as block${block} } from './block-${block}.ts'`)
  const entry = `import { definePlugin } from '@ashlar/sdk'
${imports.join('\n')}

export default definePlugin({ name: 'many-${plugin}', blocks: [${blocks.map((block) => `block${block}`).join(', ')}] })
`
  await writeFile(join(folder, 'src', 'index.ts'), entry)
}

const SHARED = `import { z } from 'zod'

export const shared = { category: 'BENCH', categories: ['TEXT', 'LIST'], tests: [] }
export const options = z.object({ from: z.int().min(0).optional(), upTo: z.int().optional(), strict: z.boolean().default(false) })

export function marked(text: string, mark: string): string {
  return text.trim() === '' ? mark : text.trim() + ' ' + mark
}
`

function blockSource(plugin: number, block: number, mark: string): string {
  const id = `${String(plugin).padStart(8, '0')}-${String(block).padStart(4, '0')}-4000-8000-000000000001`
  return `import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { marked, options, shared } from './shared.ts'

export const block = defineBlock({
  ...shared,
  id: '${id}',
  name: 'block-${block}',
  description: ${JSON.stringify(`Append a mark to a text: ${mark}.`)},
  input: z.object({
    text: z.string().describe('The text to mark.').default(''),
    times: z.int().min(1).max(100).describe('The number of repetitions.').default(1),
    kind: z.enum(['plain', 'loud', 'quiet']).default('plain'),
    options: options.optional(),
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).optional().describe('Values to pass on.'),
  }),
  output: z.object({ text: z.string(), values: z.array(z.unknown()), error: z.string() }),
  *run({ text, times, values }) {
    yield ['text', Array.from({ length: times }, () => marked(text, ${JSON.stringify(mark)})).join(' ')]
    yield ['values', values ?? []]
  },
})
`
}
