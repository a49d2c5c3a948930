import type { ClientBase } from 'pg'
import { AshlarError } from '../../base/index.ts'
import { type ExecutionEvent, Folding, type Plan } from '../../engine/index.ts'
import { restoreBlobs } from './blobs.ts'
import { readParts } from './journal-parts.ts'
import { readLastSeq, readPages } from './journal-reader.ts'
import { decodeRowByEvent } from './journal-rows.ts'

/** What an execution that is cancelled has produced. */
export interface Result {
  lastSeq: number
  outputs: Record<string, unknown[]>
  failedNodes: string[]
  /** Graph outputs that are not recorded yet. */
  unreported: ExecutionEvent[]
}

/**
 * Folding a longer journal takes more than a second. Its outputs are then read from its events, in the order of
 * arrival.
 */
const MAX_FOLDED_EVENTS = 100_000

/**
 * Reads what an execution has produced so far. An unreadable journal has no outputs.
 *
 * @param maxFolded a journal with more events is not folded
 */
export async function readResult(
  client: ClientBase,
  executionId: string,
  plan: Plan | AshlarError | undefined,
  maxFolded = MAX_FOLDED_EVENTS,
): Promise<Result> {
  const lastSeq = await readLastSeq(client, executionId)
  const result: Result = { lastSeq, outputs: {}, failedNodes: [], unreported: [] }
  if (!plan || plan instanceof AshlarError || lastSeq === 0) return result
  try {
    return lastSeq > maxFolded
      ? await readOutputs(client, executionId, result)
      : await foldResult(client, executionId, plan, result)
  } catch (error) {
    if (error instanceof AshlarError) return result
    throw error
  }
}

async function foldResult(client: ClientBase, executionId: string, plan: Plan, result: Result): Promise<Result> {
  const folding = new Folding(plan, { retains: false })
  for await (const events of readPages(client, executionId, 0)) for (const event of events) folding.add(event)
  const { scheduler, pending } = folding.end()
  const unreported = pending.flatMap((decision): ExecutionEvent[] =>
    decision.type === 'graph-output' ? [{ type: 'GraphOutput', name: decision.name, value: decision.value }] : [],
  )
  return { ...result, outputs: scheduler.outputs, failedNodes: scheduler.failedNodes, unreported }
}

/** Rows with outputs of the graph or failures. */
const RESULTS = { types: ['GraphOutput'], texts: ['"error":{'] }

async function readOutputs(client: ClientBase, executionId: string, { lastSeq }: Result): Promise<Result> {
  const outputs = new Map<string, unknown[]>()
  const failedNodes = new Set<string>()
  for (let after = 0, hasMore = true; hasMore;) {
    const part = (await readParts(client, [{ executionId, after }], RESULTS)).get(executionId)
    for (const row of part?.rows ?? []) {
      after = row.last_seq
      for (const event of decodeRowByEvent(row)) {
        if (event.type === 'NodeFinished' && event.error && event.retryInMs === undefined) failedNodes.add(event.node)
        if (event.type !== 'GraphOutput') continue
        await restoreBlobs(client, [event])
        const values = outputs.get(event.name) ?? []
        outputs.set(event.name, values)
        values.push(event.value)
      }
    }
    hasMore = part?.hasMore === true && part.rows.length > 0
  }
  return { lastSeq, outputs: Object.fromEntries(outputs), failedNodes: [...failedNodes], unreported: [] }
}
