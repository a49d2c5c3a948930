import type { Call, CallRequest, CallSink, Loss } from '../calls/index.ts'
import type { BundleInspector } from '../inspector/index.ts'

/** The events that a sandbox process reports to its pool. */
export interface SandboxProcessEvents {
  /** The guest or process of these calls has ended before the calls have. */
  lost(calls: Call[], loss: Loss): void
  /** The process accepts no more calls. */
  ended(): void
  /** A foreseen call is adopted. */
  adopted(id: number, request: CallRequest, sink: CallSink): Call
  abort(call: Call): void
  /** The last call in the process has ended. */
  idle(): void
  /** The inspector of the isolate of a guest. */
  findInspector(guest: string): BundleInspector | undefined
}
