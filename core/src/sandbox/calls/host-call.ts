import { hash } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from '../limits/index.ts'
import { withRemedy } from './missing-globals.ts'
import { leastJsonLength, MAX_DEPTH } from './output-limits.ts'
import { GUEST_ERROR_CODES, type GuestEvent } from '../channel/index.ts'

/** What a guest asks of its host. */
export type HostCallEvent = Extract<GuestEvent, { t: 'c' }>

/** Calls to the host that one run of a block may make. */
const MAX_HOST_CALLS = 10_000

/** A longer question is recorded as its hash. */
const MAX_QUESTION_CHARS = 200
/** No method takes as much. The worker spends seconds on the longest report that a process may send, so a call may do it once. */
const MAX_ARGUMENT_CHARS = 1024 * 1024
/** Of a method's name in a message. */
const MAX_METHOD_CHARS = 50

/**
 * Answers what a block asks of its host. Of what goes wrong, only an expected error's message and code go back.
 *
 * @returns JSON text `[call id, request, value]` or `[call id, request, null, message, code]`; none where the call was started
 * again in the meantime
 * @throws {AshlarError} what ends the call: OUTPUT_LIMIT or BAD_INPUT when the arguments are longer or deeper than those of any
 * method, EFFECT_INTERRUPTED when a call that was started again asks for something else than before
 */
export async function answerHostCall(call: Call, asked: HostCallEvent, limits: SandboxLimits): Promise<string | undefined> {
  const { starts, record } = call
  if (lengthOf(asked) > MAX_ARGUMENT_CHARS) throw tooLong(asked)
  const performed = (): Promise<string> => perform(call, asked, limits)
  const answer = await (record ? record.ask(questionOf(asked), performed) : performed())
  return call.starts === starts ? `[${call.id},${Number(asked.request)},${answer.slice(1)}` : undefined
}

function tooLong({ method }: HostCallEvent): AshlarError {
  const name = method.slice(0, MAX_METHOD_CHARS)
  return new AshlarError('OUTPUT_LIMIT', `${name}: the arguments are longer than ${MAX_ARGUMENT_CHARS} characters`)
}

/** Of what is deep, the whole text counts. @throws {AshlarError} BAD_INPUT when it is so deep that writing it overflows the stack */
function lengthOf(asked: HostCallEvent): number {
  const least = asked.args.reduce<number>((sum, arg) => sum + leastJsonLength(arg), 0)
  if (least !== Infinity) return least
  try {
    return JSON.stringify([asked.method, asked.args]).length
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw tooDeep(asked)
  }
}

function tooDeep({ method }: HostCallEvent): AshlarError {
  const name = method.slice(0, MAX_METHOD_CHARS)
  return new AshlarError('BAD_INPUT', `${name}: an argument is nested more than ${MAX_DEPTH} deep`)
}

function questionOf({ method, args }: HostCallEvent): string {
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
    .catch((error: unknown) => refusedFor(call, error))
  if (call.starts === starts) call.openHostCalls--
  return answer
}

async function performWithin(call: Call, method: string, args: unknown, { maxHostCallsAtOnce }: SandboxLimits): Promise<unknown> {
  if (call.openHostCalls > maxHostCallsAtOnce)
    throw new AshlarError('OUTPUT_LIMIT', `more than ${maxHostCallsAtOnce} calls to the host at once`)
  if (call.hostCalls > MAX_HOST_CALLS) throw new AshlarError('OUTPUT_LIMIT', `more than ${MAX_HOST_CALLS} calls to the host`)
  return call.sink.hostCall?.(method, Array.isArray(args) ? (args as unknown[]) : [])
}

/** @returns JSON text `[null, message, code]` */
function refusedFor(call: Call, error: unknown): string {
  if (!(error instanceof AshlarError)) return JSON.stringify([null, 'the host failed'])
  call.refusals = (call.refusals ?? new Set()).add(error.code)
  return JSON.stringify([null, error.message, error.code])
}

const MAX_MESSAGE_CHARS = 2000
const MAX_STACK_CHARS = 4000

/**
 * Of an error that a guest reports, only these parts are accepted: a code that guests may report or that the host returned, and two texts.
 *
 * @returns with `details.stack`: stack frames in the bundle, if the guest has named any
 */
export function guestError(
  { refusals }: Call,
  { code, message, stack }: Partial<Record<'code' | 'message' | 'stack', unknown>>,
): AshlarError {
  const known = [...GUEST_ERROR_CODES, ...(refusals ?? [])].find((each) => each === code) ?? 'BLOCK_FAILED'
  const text = (typeof message === 'string' ? message : 'failed').slice(0, MAX_MESSAGE_CHARS)
  const details = typeof stack === 'string' && stack !== '' ? { stack: stack.slice(0, MAX_STACK_CHARS) } : {}
  return new AshlarError(known, known === 'BLOCK_FAILED' ? withRemedy(text) : text, { details })
}
