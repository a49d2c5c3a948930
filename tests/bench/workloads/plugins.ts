import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { median } from '../measure.ts'

/** What the process says; times in milliseconds. */
export interface PluginsMessage {
  plugins: number
  blocks: number
  /** Opening a runtime without plugins on a new database. */
  emptyMs: number
  /** The same with all plugins: nothing is known of them. */
  coldMs: number
  /** Opening it again. */
  cachedMs: number
  /** Heap of a runtime with all plugins over that of one without any. */
  heapBytes: number
  /** From writing a source file until the registry has told of it, each. */
  changeMs: number[]
  /** From starting an execution until its first output is read, on a worker that has to fetch the bundle, each. */
  unknownMs: number[]
  /** The same again, now that it has the bundle. */
  knownMs: number[]
}

/** A workspace of 500 plugins with 10 blocks each: a process of its own has them. */
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
    const told = new Promise<PluginsMessage>((resolve) => child.once('message', (message) => resolve(message as PluginsMessage)))
    const found = await Promise.race([told, gone])
    if (!found) throw new Error('the process with the plugins has ended')
    return figuresOf(found)
  },
}

function figuresOf({ blocks, emptyMs, coldMs, cachedMs, heapBytes, changeMs, unknownMs, knownMs }: PluginsMessage): Figure[] {
  const goal = (must: number) => ({ better: 'lower', must, aim: null }) as const
  const kilobytes = heapBytes / 1024 / blocks
  return [
    { part: 'cold', value: coldMs, yardsticks: { blocks, 'without plugins': emptyMs }, goal: goal(20_000) },
    { part: 'cached', value: cachedMs, yardsticks: { 'without plugins': emptyMs }, goal: goal(1500) },
    { part: 'memory', unit: 'KB/block', value: kilobytes, yardsticks: { blocks }, goal: goal(20) },
    { part: 'change', value: median(changeMs), yardsticks: { slowest: Math.max(...changeMs) }, goal: goal(700) },
    {
      part: 'unknown-digest',
      value: median(unknownMs),
      yardsticks: { slowest: Math.max(...unknownMs), 'known digest': median(knownMs) },
      goal: goal(100),
    },
  ]
}
