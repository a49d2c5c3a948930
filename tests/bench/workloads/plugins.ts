import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { median } from '../measure.ts'

/** The results of the process. Times are in milliseconds. */
export interface PluginsMessage {
  plugins: number
  blocks: number
  /** The start of a runtime without plugins on a new database. */
  emptyMs: number
  /** The start with all plugins and an empty cache. */
  coldMs: number
  /** The second start. */
  cachedMs: number
  /** The heap of a runtime with all plugins, minus that of a runtime without plugins. */
  heapBytes: number
  /** The first search of blocks, which builds the index. */
  indexMs: number
  /** The times of later searches. */
  searchMs: number[]
  /** The times from writing a source file until the registry reports the change. */
  changeMs: number[]
  /** The times from the start of an execution to its first output, on a worker that must fetch the bundle. */
  unknownMs: number[]
  /** The same times on a worker that has the bundle. */
  knownMs: number[]
}

/** A source of 500 plugins with 10 blocks each, in a separate process. */
export const plugins: Workload = {
  name: 'plugins',
  unit: 'ms',
  async run(context) {
    const script = fileURLToPath(new URL('plugins-process.ts', import.meta.url))
    const databases = [await context.createDatabase('plugins_none'), await context.createDatabase('plugins_many')]
    const child = fork(script, databases, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const gone = new Promise<undefined>((resolve) => child.once('exit', () => resolve(undefined)))
    context.stack.defer(async () => {
      if (child.connected) child.disconnect()
      await gone
    })
    const received = new Promise<PluginsMessage>((resolve) =>
      child.once('message', (message) => resolve(message as PluginsMessage)),
    )
    const found = await Promise.race([received, gone])
    if (!found) throw new Error('the process with the plugins has ended')
    return toFigures(found)
  },
}

function toFigures({
  blocks,
  emptyMs,
  coldMs,
  cachedMs,
  heapBytes,
  indexMs,
  searchMs,
  changeMs,
  unknownMs,
  knownMs,
}: PluginsMessage): Figure[] {
  const goal = (must: number) => ({ better: 'lower', must, aim: null }) as const
  const kilobytes = heapBytes / 1024 / blocks
  return [
    { part: 'cold', value: coldMs, yardsticks: { blocks, 'without plugins': emptyMs }, goal: goal(20_000) },
    { part: 'cached', value: cachedMs, yardsticks: { 'without plugins': emptyMs }, goal: goal(1500) },
    { part: 'memory', unit: 'KB/block', value: kilobytes, yardsticks: { blocks }, goal: goal(20) },
    {
      part: 'search',
      value: median(searchMs),
      yardsticks: { slowest: Math.max(...searchMs), 'with index': indexMs },
      goal: goal(20),
    },
    { part: 'change', value: median(changeMs), yardsticks: { slowest: Math.max(...changeMs) }, goal: goal(700) },
    {
      part: 'unknown-digest',
      value: median(unknownMs),
      yardsticks: { slowest: Math.max(...unknownMs), 'known digest': median(knownMs) },
      goal: goal(100),
    },
  ]
}
