import { toGuestNames, type Call, type CallRequest, type CallSink } from './call.ts'
import { CallCredit } from './credit.ts'
import { HostCallRecord, type RecordSpace } from './host-call-record.ts'
import { guestName } from '../channel/index.ts'

export function newCall(id: number, given: CallRequest, sink: CallSink, space: RecordSpace): Call {
  const request = given.isExclusive ? withOwnScope(given, `${given.scope}#${id}`) : given
  const record = request.repeatable === false ? new HostCallRecord(space) : undefined
  return {
    id,
    request,
    guest: guestName(toGuestNames(request)),
    sink: record ? wrapEnd(sink, () => record.end()) : sink,
    skip: 0,
    received: 0,
    credit: undefined,
    delivered: 0,
    deliveredBytes: 0,
    attempts: 0,
    progress: 0,
    starts: 0,
    hostCalls: 0,
    openHostCalls: 0,
    record,
    usages: 0,
    usagesTaken: 0,
    logged: 0,
    cpuMs: 0,
    refusals: undefined,
    deadline: 0,
    aborted: false,
    stretched: false,
  }
}

function withOwnScope(request: CallRequest, scope: string): CallRequest {
  return { ...request, scope, affinity: scope }
}

/** Whether the call can run again without repeating an effect. */
export function canRunAgain({ record }: Call): boolean {
  return record === undefined || record.isComplete
}

/** Prepares the call for its next attempt. The count of attempts starts again if the last one made progress. */
export function prepareRestart(call: Call): Call {
  const progress = call.delivered + (call.record ? call.hostCalls : 0) // without a record, an attempt repeats its calls
  if (progress > call.progress) call.attempts = 0
  call.progress = progress
  if (call.record && !call.record.isEmpty) call.record.rewind()
  else call.sink.restarted?.()
  call.skip = (call.request.skipOutputs ?? 0) + call.delivered
  call.received = 0
  call.credit = (call.request.manyPins?.size ?? 0) > 0 ? new CallCredit() : undefined
  call.deadline = performance.now() + call.request.timeoutMs
  call.cpuMs = 0
  call.openHostCalls = 0
  call.usages = 0
  call.starts++
  return call
}

/** Wraps a sink so that it runs a callback before its call ends. */
export function wrapEnd(sink: CallSink, beforeEnd: () => void): CallSink {
  return {
    output: (pin, value, foreseen, k) => sink.output(pin, value, foreseen, k),
    skipped: (index, pin, value, k) => sink.skipped?.(index, pin, value, k),
    more: () => sink.more?.(),
    hostCall: (method, args) => sink.hostCall?.(method, args) ?? Promise.resolve(null),
    restarted: () => sink.restarted?.(),
    log: (level, text) => sink.log?.(level, text),
    progress: (fraction, note) => sink.progress?.(fraction, note),
    stream: (pin, offset, text) => sink.stream?.(pin, offset, text),
    usage: (usage) => sink.usage?.(usage),
    manifest: (manifest) => sink.manifest?.(manifest),
    end: (error) => {
      beforeEnd()
      sink.end(error)
    },
  }
}
