import { isolateOfGuest, type ToProcess } from '../channel/index.ts'
import type { BundleInspector, InspectorTarget } from './inspector.ts'

interface IsolateParts {
  /** The inspector that the isolate of a guest has. */
  find(guest: string): BundleInspector | undefined
  send(message: ToProcess): void
  stoodStill(isolate: string, ms: number): void
}

/** The isolates of one sandbox process that have an inspector. */
export class InspectedIsolates {
  readonly #parts: IsolateParts
  readonly #told = new Map<string, { inspector: BundleInspector; target: InspectorTarget }>()

  constructor(parts: IsolateParts) {
    this.#parts = parts
  }

  /** Calls are about to be sent to a guest: if a debugger may look into its isolate, the process hears of it first. */
  prepare(guest: string): void {
    const inspector = this.#parts.find(guest)
    if (!inspector) return
    const { isolate } = inspector
    if (this.#told.has(isolate)) return
    const target: InspectorTarget = {
      send: (message) => this.#parts.send(['inspector', isolate, message]),
      release: () => this.#release(isolate),
      stoodStill: (ms) => this.#parts.stoodStill(isolate, ms),
    }
    this.#told.set(isolate, { inspector, target })
    this.#parts.send(['inspect', isolate, inspector.begin(target)])
  }

  /** @param message empty when the isolate is gone */
  receive(isolate: string, message: string): void {
    const told = this.#told.get(isolate)
    if (message !== '') return told?.inspector.said(told.target, message)
    this.#told.delete(isolate)
    told?.inspector.ended(told.target)
  }

  has(isolate: string): boolean {
    return this.#told.has(isolate)
  }

  /** Whether what runs in a guest stands still. */
  isPaused(guest: string): boolean {
    return this.#told.get(isolateOfGuest(guest))?.inspector.isPaused ?? false
  }

  /** The process is gone. */
  end(): void {
    for (const isolate of this.#told.keys()) this.receive(isolate, '')
  }

  #release(isolate: string): void {
    this.#told.delete(isolate)
    this.#parts.send(['inspect', isolate, null])
  }
}
