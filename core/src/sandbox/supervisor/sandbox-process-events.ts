import type { Call, CallRequest, CallSink, Loss } from '../calls/index.ts'
import type { BundleInspector } from '../inspector/index.ts'

/** What a sandbox process reports to its pool. */
export interface SandboxProcessEvents {
  /** Calls whose guest or process is gone; they have not ended. */
  lost(calls: Call[], loss: Loss): void
  /** The process takes no more calls. */
  ended(): void
  /** A call that the guest has begun by itself is wanted. */
  adopted(id: number, request: CallRequest, sink: CallSink): Call
  abort(call: Call): void
  /** The last call in it has ended. */
  idle(): void
  /** The inspector that the isolate of a guest has. */
  inspectorOf(guest: string): BundleInspector | undefined
}
