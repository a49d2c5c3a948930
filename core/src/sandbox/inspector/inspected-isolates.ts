import { isolateName, type ToProcess } from '../channel/index.ts'
import type { BundleInspector, InspectorTarget } from './inspector.ts'

interface IsolateParts {
  /** The inspector of the isolate of a guest. */
  find(guest: string): BundleInspector | undefined
  send(message: ToProcess): void
  wasPaused(isolate: string, ms: number): void
}

/** The isolates of one sandbox process that have an inspector. */
export class InspectedIsolates {
  readonly #parts: IsolateParts
  readonly #isolates = new Map<string, { inspector: BundleInspector; target: InspectorTarget }>()

  constructor(parts: IsolateParts) {
    this.#parts = parts
  }

  /** Called before calls are sent to a guest. If its isolate has an inspector, the process receives `inspect` first. */
  prepare(guest: string): void {
    const inspector = this.#parts.find(guest)
    if (!inspector) return
    const { isolate } = inspector
    if (this.#isolates.has(isolate)) return
    const target: InspectorTarget = {
      send: (message) => this.#parts.send(['inspector', isolate, message]),
      release: () => this.#release(isolate),
      wasPaused: (ms) => this.#parts.wasPaused(isolate, ms),
    }
    this.#isolates.set(isolate, { inspector, target })
    this.#parts.send(['inspect', isolate, inspector.begin(target)])
  }

  /** @param message empty when the isolate has ended */
  receive(isolate: string, message: string): void {
    const known = this.#isolates.get(isolate)
    if (message !== '') return known?.inspector.receive(known.target, message)
    this.#isolates.delete(isolate)
    known?.inspector.ended(known.target)
  }

  has(isolate: string): boolean {
    return this.#isolates.has(isolate)
  }

  /** Whether the code of a guest is paused. */
  isPaused(guest: string): boolean {
    return this.#isolates.get(isolateName(guest))?.inspector.isPaused ?? false
  }

  /** The process has ended. */
  end(): void {
    for (const isolate of this.#isolates.keys()) this.receive(isolate, '')
  }

  #release(isolate: string): void {
    this.#isolates.delete(isolate)
    this.#parts.send(['inspect', isolate, null])
  }
}
