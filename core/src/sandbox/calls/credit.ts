import { CREDIT, Iterations } from '../channel/index.ts'

/** The parts of a call that depend on its credit. */
interface CreditedCall {
  readonly id: number
  readonly sink: { more?(): Promise<void> | undefined }
  readonly credit: CallCredit | undefined
  deadline: number
  cpuMs: number
}

/** A credit counts as used from this share of its outputs on. The worker underestimates the length of values. */
const USED_OUTPUTS = CREDIT.outputs / 2
const USED_CHARS = CREDIT.chars / 16

/**
 * The outputs of one start of a call whose block has `many` pins. The guest pauses the block after each credit, until
 * the receiver has accepted the outputs. So the limits of outputs and of CPU time apply to each credit, and the
 * deadline does not include the pauses.
 */
export class CallCredit {
  /** Of all outputs, including those that were delivered before. */
  readonly iterations = new Iterations()
  /** The outputs of the current credit. */
  outputs = 0
  /** Their length as JSON text. */
  chars = 0
  #heldSince: number | undefined

  /** Whether the guest waits for the next credit, so that its deadline is paused. */
  get isHeld(): boolean {
    return this.#heldSince !== undefined
  }

  hold(now: number): void {
    this.#heldSince = now
  }

  /** Gives the next credit. */
  renew(call: CreditedCall, now: number): void {
    call.deadline += now - (this.#heldSince ?? now)
    // A guest that requests credits without outputs gets no additional CPU time.
    if (this.outputs >= USED_OUTPUTS || this.chars >= USED_CHARS) call.cpuMs = 0
    this.#heldSince = undefined
    this.outputs = 0
    this.chars = 0
  }
}

/**
 * Answers a request for the next credit once the receiver of the outputs has accepted the last ones.
 *
 * @returns JSON text `[call id, request, null]`; undefined if the call was started again, or already waits
 */
export async function answerCredit(call: CreditedCall, credit: CallCredit, request: number): Promise<string | undefined> {
  if (credit.isHeld) return undefined
  credit.hold(performance.now())
  await call.sink.more?.()
  if (call.credit !== credit) return undefined
  credit.renew(call, performance.now())
  return `[${call.id},${request},null]`
}
