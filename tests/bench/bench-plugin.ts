import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRows } from './rows.ts'

/** The naive Fibonacci function, as pure computation. The plugin contains a copy. */
export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2)
}

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

${fib.toString()}

${createRows.toString()}

const shared = { category: 'BENCH', tests: [] }
const after = z.unknown().optional().describe('The result to wait for.')

export default definePlugin({
  name: 'bench',
  blocks: [
    defineBlock({
      ...shared, id: '22222222-0000-4000-8000-000000000001', name: 'fib', description: 'Compute a Fibonacci number.',
      input: z.object({ n: z.number(), after }),
      output: z.object({ result: z.number() }),
      *run({ n }) { yield ['result', fib(n)] },
    }),
    defineBlock({
      ...shared, id: '22222222-0000-4000-8000-000000000002', name: 'no-op', description: 'Pass a value on.',
      input: z.object({ value: z.unknown() }),
      output: z.object({ value: z.unknown() }),
      *run({ value }) { yield ['value', value] },
    }),
    defineBlock({
      ...shared, id: '22222222-0000-4000-8000-000000000003', name: 'fan-out', description: 'Yield numbers one by one.',
      input: z.object({ count: z.number() }),
      output: z.object({ item: z.number().meta({ many: true }) }),
      *run({ count }) { for (let i = 0; i < count; i++) yield ['item', i] },
    }),
    defineBlock({
      ...shared, id: '22222222-0000-4000-8000-000000000004', name: 'rows', description: 'Yield rows.',
      input: z.object({ count: z.number() }),
      output: z.object({ rows: z.array(z.unknown()) }),
      *run({ count }) { yield ['rows', createRows(count)] },
    }),
  ],
})
`

/** @param folder the folder of plugins, in which the plugin gets a folder */
export async function writeBenchPlugin(folder: string): Promise<void> {
  await mkdir(join(folder, 'bench'), { recursive: true })
  await writeFile(join(folder, 'bench', 'package.json'), JSON.stringify({ name: 'bench', ashlar: { blocks: './index.ts' } }))
  await writeFile(join(folder, 'bench', 'index.ts'), SOURCE)
}
