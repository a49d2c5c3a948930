import { canonicalJson, parseJson } from '@ashlar/sdk/json'
import { AshlarError, ERROR_CODES, showValue, type ErrorCode } from '../base/index.ts'
import type { Sandbox } from '../sandbox/index.ts'

/** A node execution with the inputs that it received and what it yielded. */
export interface RecordedRun {
  inputs: Readonly<Record<string, unknown>>
  /** In order. */
  outputs: readonly (readonly [pin: string, value: unknown])[]
  /** Why the run failed. @default it did not fail */
  error?: { code: string; message: string } | undefined
}

/** Recorded runs that replace those of some nodes. */
export interface RecordedRuns {
  /**
   * Takes the recording of a run: the first one that has the inputs and was not taken before, otherwise the last one
   * that has them.
   *
   * @param input JSON text
   * @returns undefined if the runs of the node are not replaced
   * @throws {AshlarError} RECORDING_MISSING
   */
  take(nodeId: string, input: string): RecordedRun | undefined
}

/** @param runs by node id, in the order in which they are taken */
export function createRecordedRuns(runs: Readonly<Record<string, readonly RecordedRun[]>>): RecordedRuns {
  const prepared = new Map(Object.entries(runs).map(([node, all]) => [node, all.map(prepare)]))
  return {
    take(nodeId, input) {
      const all = prepared.get(nodeId)
      if (!all) return undefined
      const key = canonicalJson(parseJson(input))
      const same = all.filter((each) => each.key === key)
      const found = same.find(({ taken }) => !taken) ?? same.at(-1)
      if (!found) throw missing(nodeId, parseJson(input), all)
      found.taken = true
      return found.run
    },
  }
}

/** Passes on the calls of a sandbox, but answers those with a recorded run. */
export function replaceRuns(sandbox: Sandbox, getRuns: () => RecordedRuns): Sandbox {
  return {
    ...sandbox,
    call(request, sink) {
      // A guest that runs ahead would run replaced nodes itself.
      const { stretch: _, ...alone } = request
      if (request.nodeId === undefined) return sandbox.call(request, sink)
      try {
        const recorded = getRuns().take(request.nodeId, String(request.input()))
        return recorded ? deliver(recorded, sink) : sandbox.call(alone, withoutSleeps(sink))
      } catch (error) {
        if (!(error instanceof AshlarError)) throw error
        return deliver({ inputs: {}, outputs: [], error }, sink)
      }
    },
  }
}

type Sink = Parameters<Sandbox['call']>[1]

/** Every sleep ends immediately. */
function withoutSleeps(sink: Sink): Sink {
  const { hostCall } = sink
  if (!hostCall) return sink
  return { ...sink, hostCall: (method, args) => hostCall(method, method === 'sleep.begin' ? [args[0], 0] : args) }
}

/** Delivers outputs after the call has returned, as a sandbox does. @returns a function that aborts the call */
function deliver({ outputs, error }: RecordedRun, sink: Sink): () => void {
  let isAborted = false
  const work = async (): Promise<void> => {
    for (const [pin, value] of outputs) {
      await sink.more?.()
      if (isAborted) return
      sink.output(pin, value)
    }
    await Promise.resolve()
    if (!isAborted) sink.end(error && toAshlarError(error))
  }
  setImmediate(() => void work())
  return () => void (isAborted = true)
}

/** A recording is a file, so it may contain any code. */
function toAshlarError({ code, message }: { code: string; message: string }): AshlarError {
  return new AshlarError(Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'BLOCK_FAILED', message)
}

function prepare(run: RecordedRun): { run: RecordedRun; key: string; taken: boolean } {
  return { run, key: canonicalJson(run.inputs), taken: false }
}

const MAX_SHOWN = 3

function missing(node: string, input: unknown, all: readonly { run: RecordedRun }[]): AshlarError {
  const shown = all.slice(0, MAX_SHOWN).map(({ run }) => showValue(run.inputs))
  const known = [...shown, ...(all.length > MAX_SHOWN ? ['…'] : [])].join(', ')
  const has = shown.length === 0 ? 'it has no recorded runs' : `it has runs for ${known}`
  const message = `node "${node}" has no recorded run for the inputs ${showValue(input)}; ${has}. Record the case again, or add the run to "nodes"`
  return new AshlarError('RECORDING_MISSING', message)
}
