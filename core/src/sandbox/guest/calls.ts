import { findDifference, parseJson, type Block, type Plugin } from '@ashlar/sdk'
import { describePlugin } from './describe.ts'
import {
  GuestFailure,
  drain,
  enterCall,
  setLikelyCall,
  hasMore,
  leaveCall,
  enteredResult,
  likelyCall,
  markEntered,
  postEnd,
  postLog,
  postManifest,
  postOutput,
  sendLong,
  reportIfDue,
  toJson,
} from './io/outbox.ts'
import { Entry, isSliceOver, park, settle, startSlice } from './io/entries.ts'
import { toFailure } from './failures.ts'
import { openLists } from './collected-lists.ts'
import { callHost, forgetHostCalls } from './io/host-calls.ts'
import { findManyFault, type Yielded } from './many-faults.ts'
import { isMany } from './pins.ts'
import { describeFaults, passYields, type TakeYields } from './yields.ts'
import { RunningCall } from './running-call.ts'
import { stopClock } from './capabilities/test-clock.ts'
import type { GuestCall } from '../channel/index.ts'

let plugin: Plugin = { name: 'none', blocks: [] }
let blocks = new Map<string, Block>()
/** The calls that have not ended, including those in the queue. */
export const running = new Map<number, RunningCall>()
const queue: RunningCall[] = []
let isPumping = false

export function setPlugin(loaded: Plugin): void {
  plugin = loaded
  blocks = new Map(loaded.blocks.map((block) => [block.name, block]))
}

/**
 * Starts a batch of calls. Resolves when all have ended, when one waits for the host (the host then collects the events
 * of the others), or when the time of one entry has elapsed (the host then calls {@link resume}).
 *
 * @param json JSON text `[GuestCall, …]`
 * @param settledBefore the host has received the results of all entries before this one
 * @returns what {@link collect} returns
 */
export function enter(json: string, entryId: number, settledBefore: number): Promise<string> {
  settle(settledBefore)
  const entry = new Entry(entryId)
  for (const call of parseJson(json) as GuestCall[]) enqueue(new RunningCall(call, entry))
  return work(entry)
}

/** Starts the calls in the queue: see {@link enter}. */
export function resume(entryId: number, settledBefore: number): Promise<string> {
  settle(settledBefore)
  const entry = new Entry(entryId)
  for (const waiting of queue) {
    waiting.entry = entry
    entry.callStarted()
  }
  return work(entry)
}

/**
 * Returns the state and the gathered events of the guest: `3` (more events than fit into one report), `2` (calls wait
 * to be started), `1` (calls are running) or `0` (no calls), followed by the id of the call whose code ran last, a
 * space and the events.
 */
export function collect(settledBefore = 0): string {
  markEntered()
  settle(settledBefore)
  const events = sendLong(drain())
  const state = hasMore() ? '3' : queue.length > 0 ? '2' : running.size > 0 ? '1' : '0'
  return `${state}${likelyCall()} ${events}`
}

/** @param json JSON text `[call id, …]` @returns what {@link enteredResult} returns */
export function abort(json: string): string {
  startSlice()
  for (const id of JSON.parse(json) as number[]) {
    const call = running.get(id)
    running.delete(id)
    setLikelyCall(id)
    call?.abort()
    forgetHostCalls(id)
  }
  return enteredResult()
}

/**
 * Handles the failure of an entry at the host because of an unhandled promise rejection. The rejection may be handled
 * later, and it is unknown which call caused it. So all running calls log it, and it has no other effect.
 *
 * @param json JSON text `[entry id, message]`; the id is 0 for an entry without a result
 * @returns the result that the host did not receive, in the form of {@link collect}
 */
export function recover(json: string): string {
  markEntered()
  const [entryId, message] = JSON.parse(json) as [number, string]
  if (isPumping) throw new Error('the guest failed while it started calls')
  const missed = entryId === 0 ? undefined : Entry.takeLostAnswer(entryId)
  for (const id of running.keys()) postLog('error', `unhandled promise rejection: ${message}`, id)
  return missed ?? collect()
}

/**
 * Handles an error that the callback of a timer threw. The call that set the timer ends with the error. If that call is
 * unknown, all running calls log the error.
 *
 * @param owner the call that set the timer; 0 if unknown
 */
export function handleTimerError(error: unknown, owner: number): void {
  const failure = toFailure(error)
  const call = running.get(owner)
  if (call && finish(owner, failure)) {
    call.abort()
    park()
  } else if (owner === 0)
    for (const id of running.keys()) postLog('error', `the callback of a timer threw: ${failure.message}`, id)
}

async function work(entry: Entry): Promise<string> {
  startSlice()
  pump()
  if (entry.isIdle) entry.leave()
  await entry.left
  return entry.isLost ? '' : entry.answer(collect())
}

function enqueue(call: RunningCall): void {
  running.set(call.call.id, call)
  call.entry.callStarted()
  queue.push(call)
}

function pump(): void {
  if (isPumping) return
  isPumping = true
  let done = 0
  for (let next = queue[done]; next && !isSliceOver(); next = queue[done]) {
    done++
    if (running.has(next.call.id)) answer(next)
    else next.entry.callEnded()
  }
  queue.splice(0, done)
  isPumping = false
  if (queue.length > 0) park()
}

function answer(running: RunningCall): void {
  const { call } = running
  enterCall(call.id)
  try {
    const rest = perform(running)
    if (rest)
      rest.then(
        () => end(running),
        (error: unknown) => end(running, error),
      )
    else end(running)
  } catch (error) {
    end(running, error)
  }
  leaveCall()
}

/** @returns a promise if the call continues asynchronously */
function perform(running: RunningCall): Promise<void> | undefined {
  const { call } = running
  if (call.kind === 'run') return runBlock(running)
  if (call.kind === 'test') return runTest(running)
  if (call.kind === 'trial') return runTrial(running)
  postManifest(call.id, describePlugin(plugin))
  return undefined
}

function end({ call, entry }: RunningCall, ...failure: [error?: unknown]): void {
  finish(call.id, failure.length > 0 ? toFailure(failure[0]) : undefined)
  entry.callEnded()
}

/** @returns whether the call was still running */
function finish(id: number, failure: GuestFailure | undefined): boolean {
  if (!running.delete(id)) return false
  forgetHostCalls(id)
  postEnd(id, failure)
  return true
}

function runBlock(call: RunningCall, input = call.call.input): Promise<void> | undefined {
  const block = getBlock(call.call.block)
  const { iterations } = call.begin(block)
  const isRunning = (): boolean => running.has(call.call.id)
  return forEachYield(call, block, input, {
    pair(pin, value) {
      if (pin === 'error' && !('error' in block.output.shape)) throw new GuestFailure('BLOCK_FAILED', String(value))
      call.countOutput()
      if (isRunning()) yieldOutput(call, pin, value, iterations && isMany(block, pin) ? iterations.addValue(pin) : undefined)
      if (pin === 'error') throw new GuestFailure('BLOCK_FAILED', String(value))
      return isRunning() && call.awaitCredit()
    },
    iteration(values) {
      const add = iterations?.addIteration()
      for (const [pin, value] of values) {
        call.countOutput()
        if (isRunning()) yieldOutput(call, pin, value, isMany(block, pin) ? add?.(pin) : undefined)
      }
      return isRunning() && call.awaitCredit()
    },
  })
}

function yieldOutput(call: RunningCall, pin: string, value: unknown, k: number | undefined): void {
  const json = toJson(pin, value)
  call.countBytes(json.length)
  const followers = call.follow(pin, json)
  postOutput(call.call.id, pin, json, k, followers?.announced)
  reportIfDue()
  if (!followers) return
  for (const follower of followers.calls) enqueue(follower)
  if (!isPumping) queueMicrotask(pump)
}

/** The input of a trial is `{ input, now }`: `now` stops the clock at this time. */
async function runTrial(running: RunningCall): Promise<void> {
  const { input, now } = running.call.input as { input: unknown; now?: string }
  const release = now === undefined ? undefined : stopClock(now)
  try {
    await runBlock(running, input)
  } finally {
    release?.()
  }
}

/** First sends the fakes of the test to the host: `test.begin(inputs, fakes)`. */
async function runTest(running: RunningCall): Promise<void> {
  const { id, block: name, input } = running.call
  const block = getBlock(name)
  const test = block.tests[Number(input)]
  if (!test) throw new GuestFailure('BLOCK_FAILED', `block ${name} has no test ${String(input)}`)
  const { http, credentials, host, storage, files, now } = test
  await callHost(id, 'test.begin', [test.input, { http, credentials, host, storage, files, now }])
  const release = now === undefined ? undefined : stopClock(now)
  const yields: Yielded[] = []
  let failure: GuestFailure | undefined
  try {
    await forEachYield(running, block, test.input, {
      pair(pin, value) {
        toJson(pin, value) // as in a run
        yields.push([pin, value])
        return pin !== 'error'
      },
      iteration(values) {
        for (const [pin, value] of values) toJson(pin, value)
        yields.push(Object.fromEntries(values))
        return true
      },
    })
  } catch (error) {
    failure = toFailure(error)
    yields.push(['error', failure.message])
  } finally {
    release?.()
  }
  const difference = findDifference(test.output, yields) ?? findManyFault(block, test.input, yields, failure !== undefined)
  if (difference !== undefined) throw new GuestFailure('BLOCK_FAILED', difference, failure?.frames)
}

/** Runs the block on checked inputs and passes what it yields to `take`. See {@link passYields}. */
function forEachYield(call: RunningCall, block: Block, input: unknown, take: TakeYields): Promise<void> | undefined {
  const lists = openLists(call.call.id, block)
  const parsed = block.input.safeParse(lists ? lists.withoutLarge(input) : input)
  if (!parsed.success) throw new GuestFailure('BLOCK_INPUT_INVALID', describeFaults(parsed.error, 'input', input))
  lists?.begin(parsed.data)
  return passYields(block, block.run(parsed.data as never, call.contextOf(block, lists)), take, call.call.id)
}

function getBlock(name: string): Block {
  const block = blocks.get(name)
  if (!block) throw new GuestFailure('BLOCK_FAILED', `plugin ${plugin.name} has no block ${name}`)
  return block
}
