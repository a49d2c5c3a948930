import { createRuntime, type Runtime } from '@ashlar/core'
import { BUILTIN_PLUGINS } from '@ashlar/core/testing'
import { Client } from 'pg'
import { printError, type Workload } from '../context.ts'
import { median } from '../measure.ts'

const STARTS = 5

/** The plugins of this repository: the start of a runtime that has them in its cache, and the text of their bundles. */
export const catalogue: Workload = {
  name: 'catalogue',
  unit: 'ms',
  async run(context) {
    const databaseUrl = await context.createDatabase('catalogue')
    const open = async (pluginRoots: string[]): Promise<{ runtime: Runtime; tookMs: number }> => {
      const began = performance.now()
      const runtime = await createRuntime({ databaseUrl, pluginRoots, onError: printError })
      return { runtime, tookMs: performance.now() - began }
    }
    const cold = await open([BUILTIN_PLUGINS])
    const blocks = cold.runtime.plugins.blocks().length
    const failed = cold.runtime.plugins.reports().find(({ status }) => status === 'FAILED')
    await cold.runtime.close()
    if (failed) throw new Error(`a plugin does not load: ${failed.error?.message}`)
    const cachedMs: number[] = []
    const emptyMs: number[] = []
    for (let i = 0; i < STARTS; i++)
      for (const [roots, times] of [
        [[BUILTIN_PLUGINS], cachedMs],
        [[], emptyMs],
      ] as const) {
        const { runtime, tookMs } = await open([...roots])
        times.push(tookMs)
        await runtime.close()
      }
    const goal = (must: number) => ({ better: 'lower', must, aim: null }) as const
    const yardsticks = { blocks, 'without plugins': median(emptyMs), 'empty cache': cold.tookMs }
    const kilobytes = (await readBundleBytes(databaseUrl)) / 1024 / blocks
    return [
      { part: 'cached', value: median(cachedMs), yardsticks, goal: goal(600) },
      { part: 'text', unit: 'KB/block', value: kilobytes, yardsticks: { blocks }, goal: goal(20) },
    ]
  },
}

/** The text of all bundles, in bytes of UTF-8. */
async function readBundleBytes(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ bytes: string }>('select sum(octet_length(code)) as bytes from plugin_bundle')
    return Number(rows[0]?.bytes)
  } finally {
    await client.end()
  }
}
