import { Session, type Profiler } from 'node:inspector/promises'

/** The self time of this process's main thread, in milliseconds. */
export interface WorkerProfile {
  byStage: Map<Stage, number>
  /** By `file:function`, in descending order. */
  byFunction: [name: string, ms: number][]
}

export type Stage = (typeof STAGES)[number][0] | 'gc' | 'other'

/** The first match of a file applies. Code without a match (native code, Node's own code) counts for its caller. */
const STAGES = [
  ['scheduler', /core\/src\/(executions\/(scheduler|pairing|driver|fold|plan|plans|child-runs)\.ts|pins\/)/],
  ['ipc', /core\/src\/sandbox\/|node:internal\/child_process/],
  ['journal', /core\/src\/executions\/(journal-|blobs)/],
  ['dispatch', /core\/src\/(executions\/(worker|insert|children|cancel)\.ts|queue\/)|node_modules\/pg-boss\//],
  ['start', /core\/src\/(executions\/(executions|inputs)\.ts|graphs\/|accounts\/)|node_modules\/(zod|@mikro-orm)\//],
  ['postgres-client', /node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+)\/|core\/src\/database\//],
  ['other', /tests\/bench\//],
] as const

/** Profiles this process while `work` runs. Sampling costs a few percent. */
export async function profileWorker(work: () => Promise<void>): Promise<WorkerProfile> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 250 })
    await session.post('Profiler.start')
    await work()
    const { profile } = await session.post('Profiler.stop')
    return addUp(profile)
  } finally {
    session.disconnect()
  }
}

/** Frames that do not represent code. */
const NOT_WORKING = new Set(['(idle)', '(root)'])

function addUp(profile: Profiler.Profile): WorkerProfile {
  const selfMs = selfTimes(profile)
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)))
  const byStage = new Map<Stage, number>()
  const byFunction = new Map<string, number>()
  for (const [id, ms] of selfMs) {
    const node = nodes.get(id)
    if (!node || NOT_WORKING.has(node.callFrame.functionName)) continue
    add(byStage, findStage(id, nodes, parents), ms)
    add(byFunction, formatName(node.callFrame), ms)
  }
  return { byStage, byFunction: [...byFunction].toSorted(([, a], [, b]) => b - a) }
}

function selfTimes({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const times = new Map<number, number>()
  // A time delta precedes its sample.
  samples.forEach((id, i) => add(times, id, (timeDeltas[i + 1] ?? 0) / 1000))
  return times
}

function findStage(id: number, nodes: Map<number, Profiler.ProfileNode>, parents: Map<number, number>): Stage {
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const { functionName, url } = nodes.get(at)?.callFrame ?? { functionName: '', url: '' }
    if (functionName === '(garbage collector)') return 'gc'
    const stage = STAGES.find(([, files]) => files.test(url))
    if (stage) return stage[0]
  }
  return 'other'
}

function formatName({ functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const file = url.replace(/^.*\/(core|plugins|tests|node_modules)\//, '$1/').replace(/^core\/src\//, '')
  return url === '' ? functionName || '(native)' : `${file}:${functionName || `(line ${lineNumber + 1})`}`
}

function add<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value)
}
