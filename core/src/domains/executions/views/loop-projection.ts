import { type JournalEvent, type Plan, Scheduler } from '../../../engine/index.ts'
import { passesPart, selectRef, stepWithRef, ValueRef } from './projection.ts'

/** Estimates of the memory that a loop with its tag and an output use. 200 000 items of one loop use 13 MB. */
const LOOP_BYTES = 3500
const OUTPUT_BYTES = 32

/** Replaces every value. Loops depend only on whether there is a value. */
const PRESENT = new ValueRef(0, [], undefined)

/**
 * The loops of one execution, as its journal up to `seq` describes them. It forgets node executions that have ended, so
 * it can follow a loop over a million items.
 */
export class LoopProjection {
  readonly plan: Plan
  readonly scheduler: Scheduler
  /** The last event that it includes. */
  seq = 0
  #outputs = 0

  constructor(plan: Plan) {
    this.plan = plan
    this.scheduler = new Scheduler(plan, { select: selectRef, retains: false, retainsLoops: true })
  }

  /** An estimate. */
  get bytes(): number {
    return LOOP_BYTES * (this.plan.nodes.length + this.scheduler.scopes().length) + OUTPUT_BYTES * this.#outputs
  }

  /** Whether it needs a large value of the event, because a link passes on a part of it. */
  needsValue(event: JournalEvent): boolean {
    return passesPart(this.plan, event)
  }

  /** Adds the next event. @throws {AshlarError} JOURNAL_UNREADABLE */
  add(event: JournalEvent): void {
    this.seq = event.seq
    if (event.type !== 'NodeOutput' || event.value === undefined) return stepWithRef(this.scheduler, event, undefined)
    this.#outputs++
    stepWithRef(this.scheduler, event, this.needsValue(event) ? new ValueRef(event.seq, [], event.value) : PRESENT)
  }
}
