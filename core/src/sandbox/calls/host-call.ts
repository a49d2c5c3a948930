import { hash } from 'node:crypto'
import { AshlarError, MAX_DEPTH, minJsonLength } from '../../base/index.ts'
import type { Call } from './call.ts'
import { answerCredit } from './credit.ts'
import type { SandboxLimits } from '../limits/index.ts'
import { withRemedy } from './missing-globals.ts'
import { GUEST_ERROR_CODES, MORE_OUTPUTS, type GuestEvent } from '../channel/index.ts'

/** A request of a guest to its host. */
export type HostCallEvent = Extract<GuestEvent, { t: 'c' }>

/** Host calls that one run of a block may make. */
const MAX_HOST_CALLS = 10_000

/** A longer question is recorded as its hash. */
const MAX_QUESTION_CHARS = 200
/**
 * No method needs this much. The worker takes seconds to process the longest report that a process may send, so a
 * longer one ends its call.
 */
const MAX_ARGUMENT_CHARS = 1024 * 1024
/** Characters of a method name to show in an error message. */
const MAX_METHOD_CHARS = 50

/**
 * Performs a host call of a block. The block receives the message and code of an expected error, and no details of any
 * other error.
 *
 * @returns JSON text `[call id, request, value]` or `[call id, request, null, message, code]`; undefined if the call
 * has been started again since
 * @throws {AshlarError} an error that ends the call: OUTPUT_LIMIT or BAD_INPUT when the arguments are longer or nested
 * deeper than any method allows, EFFECT_INTERRUPTED when a call that was started again makes a different request
 */
export async function answerHostCall(call: Call, event: HostCallEvent, limits: SandboxLimits): Promise<string | undefined> {
  const { starts, record, credit } = call
  if (credit && event.method === MORE_OUTPUTS) return answerCredit(call, credit, Number(event.request))
  if (measureArguments(event) > MAX_ARGUMENT_CHARS) throw tooLong(event)
  const performed = (): Promise<string> => perform(call, event, limits)
  const answer = await (record ? record.ask(toQuestion(event), performed) : performed())
  return call.starts === starts ? `[${call.id},${Number(event.request)},${answer.slice(1)}` : undefined
}

function tooLong({ method }: HostCallEvent): AshlarError {
  const name = method.slice(0, MAX_METHOD_CHARS)
  return new AshlarError('OUTPUT_LIMIT', `${name}: the arguments are longer than ${MAX_ARGUMENT_CHARS} characters`)
}

/**
 * If the arguments are nested deep, serializes them.
 *
 * @throws {AshlarError} BAD_INPUT when they are too deep for that
 */
function measureArguments(event: HostCallEvent): number {
  const least = event.args.reduce<number>((sum, arg) => sum + minJsonLength(arg), 0)
  if (least !== Infinity) return least
  try {
    return JSON.stringify([event.method, event.args]).length
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw tooDeep(event)
  }
}

function tooDeep({ method }: HostCallEvent): AshlarError {
  const name = method.slice(0, MAX_METHOD_CHARS)
  return new AshlarError('BAD_INPUT', `${name}: an argument is nested more than ${MAX_DEPTH} levels deep`)
}

function toQuestion({ method, args }: HostCallEvent): string {
  const question = JSON.stringify([method, args])
  return question.length > MAX_QUESTION_CHARS ? hash('sha256', question) : question
}

/** @returns JSON text `[value]` or `[null, message, code]` */
async function perform(call: Call, { method, args }: HostCallEvent, limits: SandboxLimits): Promise<string> {
  const { starts } = call
  call.hostCalls++
  call.openHostCalls++
  const answer = await performWithin(call, String(method), args, limits)
    .then((value) => JSON.stringify([value ?? null]))
    .catch((error: unknown) => toRefusal(call, error))
  if (call.starts === starts) call.openHostCalls--
  return answer
}

async function performWithin(call: Call, method: string, args: unknown, { maxHostCallsAtOnce }: SandboxLimits): Promise<unknown> {
  if (call.openHostCalls > maxHostCallsAtOnce)
    throw new AshlarError('OUTPUT_LIMIT', `more than ${maxHostCallsAtOnce} pending host calls`)
  if (call.hostCalls > MAX_HOST_CALLS)
    throw new AshlarError('OUTPUT_LIMIT', `more than ${MAX_HOST_CALLS} host calls, the limit of one run`)
  return call.sink.hostCall?.(method, Array.isArray(args) ? (args as unknown[]) : [])
}

/** @returns JSON text `[null, message, code]` */
function toRefusal(call: Call, error: unknown): string {
  if (!(error instanceof AshlarError)) return JSON.stringify([null, 'the host failed'])
  call.refusals = (call.refusals ?? new Set()).add(error.code)
  return JSON.stringify([null, error.message, error.code])
}

const MAX_MESSAGE_CHARS = 2000
const MAX_STACK_CHARS = 4000

/**
 * Accepts only these parts of an error that a guest reports: a code that guests may report or that the host returned,
 * and two texts.
 *
 * @returns an error whose `details.stack` has the stack frames in the bundle, if the guest has reported any
 */
export function toGuestError(
  { refusals }: Call,
  { code, message, stack }: Partial<Record<'code' | 'message' | 'stack', unknown>>,
): AshlarError {
  const errorCode = [...GUEST_ERROR_CODES, ...(refusals ?? [])].find((each) => each === code) ?? 'BLOCK_FAILED'
  const text = (typeof message === 'string' ? message : 'failed').slice(0, MAX_MESSAGE_CHARS)
  const details = typeof stack === 'string' && stack !== '' ? { stack: stack.slice(0, MAX_STACK_CHARS) } : {}
  return new AshlarError(errorCode, errorCode === 'BLOCK_FAILED' ? withRemedy(text) : text, { details })
}
