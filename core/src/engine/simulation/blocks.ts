import type { FakeBlock } from './fake-blocks.ts'

/**
 * The behaviour of a block, passed as its constant input `script`, so that it is the same in every attempt and every
 * life.
 */
export interface Script {
  emissions: Emission[]
  /** The block fails after this number of pairs, in every attempt before `until`. */
  failure?: { after: number; isRetryable: boolean; until: number }
  /** The numbers of pairs after which the block sleeps. */
  sleeps?: number[]
  /** The number of pairs after which the block has its external effect. If absent, it only reads. */
  acts?: number
}

/**
 * `pass`: a value that arrived · `digest`: a number that depends on all inputs · `attempt`: the number of the attempt.
 */
export interface Emission {
  pin: string
  value: 'pass' | 'digest' | 'attempt' | { constant: unknown }
}

/** One block for each kind of declaration. The script of its node determines what it yields. */
export const scripted: Record<string, FakeBlock> = fakes(false)

/** The same blocks after a repair: none fails. */
export const repaired: Record<string, FakeBlock> = fakes(true)

function fakes(isRepaired: boolean): Record<string, FakeBlock> {
  const run: FakeBlock['run'] = (inputs, attempt) => act(inputs, attempt, isRepaired)
  return {
    plain: { run },
    typed: { run, inputs: { a: { type: 'integer' }, b: { type: 'string' }, l: { type: 'array', items: { type: 'number' } } } },
    feedback: { run, inputs: { b: { feedback: true }, m: { feedback: true } } },
    serial: { run, serial: true },
    sleeper: { run, sleeps: true },
    'sleeper-serial': { run, sleeps: true, serial: true },
    static: { run, staticOutput: true },
    'static-serial': { run, staticOutput: true, serial: true },
    input: { run, kind: 'input', staticOutput: true },
    output: { run, kind: 'output' },
    note: { run, kind: 'note' },
    'effect-fail': { run, effectful: true, onCrash: 'fail' },
    'effect-retryable': { run, effectful: true, onCrash: 'retryable' },
    'effect-retry': { run, effectful: true, onCrash: 'retry' },
    'effect-sleeper': { run, effectful: true, onCrash: 'retry', sleeps: true },
    'effect-serial': { run, effectful: true, onCrash: 'fail', serial: true },
  }
}

function act(inputs: Record<string, unknown>, attempt: number, isRepaired: boolean): ReturnType<FakeBlock['run']> {
  const { emissions, failure, sleeps = [], acts } = inputs.script as Script
  const fails = !isRepaired && failure && attempt < failure.until
  const yielded = fails ? emissions.slice(0, failure.after) : emissions
  const pairs = yielded.map(({ pin, value }, i): [string, unknown] => [pin, toValue(value, inputs, attempt, i)])
  if (!fails) return { pairs, sleeps, acts }
  const { isRetryable } = failure
  const message = `failed at attempt ${attempt}`
  const error = isRetryable ? { code: 'SANDBOX_LOST', message, retryable: true } : { code: 'BLOCK_FAILED', message }
  return { pairs, sleeps: sleeps.filter((after) => after <= pairs.length), acts, error }
}

function toValue(value: Emission['value'], inputs: Record<string, unknown>, attempt: number, i: number): unknown {
  if (typeof value === 'object') return value.constant
  if (value === 'attempt') return { attempt, k: i }
  const passed = value === 'pass' ? arrived(inputs) : undefined
  // A value that is passed on may grow with each round of a cycle.
  if (passed !== undefined && JSON.stringify(passed).length < 100) return passed
  return digest(JSON.stringify(inputs)) + i
}

function arrived({ script: _, name: __, ...inputs }: Record<string, unknown>): unknown {
  return Object.values(inputs).at(-1)
}

function digest(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
