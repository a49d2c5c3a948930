import type { Bundle } from '../calls/index.ts'
import { FrontEndState } from './front-end-state.ts'

/** A debugger. It receives JSON texts of the Chrome DevTools Protocol. */
interface FrontEnd {
  message(json: string): void
  /** The inspector has closed. */
  closed(): void
}

/** The connection of a debugger to an inspector. */
export interface Attachment {
  send(json: string): void
  /** Disconnects the debugger and resumes paused calls. */
  detach(): void
}

/**
 * Connects a debugger to the isolate of one owner and one plugin in development. When the plugin changes, the debugger
 * continues with the isolate of the new bundle and keeps its breakpoints. The deadlines of paused calls are extended by
 * the time of the pause.
 */
export interface Inspector {
  /** Sets the bundle to inspect. If a debugger is attached, resolves when the isolate of the bundle exists. */
  show(bundle: Bundle): Promise<void>
  /** @returns undefined while another debugger is attached */
  attach(frontEnd: FrontEnd): Attachment | undefined
  /** Ends the inspector and calls `closed` of its debugger. */
  close(): void
}

/** The isolate of the bundle in a sandbox process. */
export interface InspectorTarget {
  send(message: string): void
  /** Ends the inspection of this isolate. */
  release(): void
  /** The calls of the isolate were paused for this time. */
  wasPaused(ms: number): void
}

interface InspectorParts {
  owner: string
  /** Creates the isolate of a bundle if it does not exist. */
  open(bundle: Bundle): Promise<void>
  closed(): void
}

const PAUSED = '{"method":"Debugger.paused"'
const RESUMED = '{"method":"Debugger.resumed"'
const CLEARED = ['{"method":"Debugger.resumed","params":{}}', '{"method":"Runtime.executionContextsCleared","params":{}}']

/**
 * The worker's side of an {@link Inspector}. A sandbox process receives the messages of {@link begin} before it creates
 * the isolate.
 */
export class BundleInspector implements Inspector {
  readonly #parts: InspectorParts
  #bundle: Bundle | undefined
  #target: InspectorTarget | undefined
  #frontEnd: FrontEnd | undefined
  #state = new FrontEndState()
  /** The messages that the debugger sent while there was no isolate. */
  #unsent: string[] = []
  #pausedAt: number | undefined

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  /** The name of the isolate. */
  get isolate(): string {
    return `${this.#parts.owner}|${this.#bundle?.digest}`
  }

  get isPaused(): boolean {
    return this.#pausedAt !== undefined
  }

  async show(bundle: Bundle): Promise<void> {
    if (this.#bundle?.digest === bundle.digest) return
    this.#quiet()
    this.#target?.release()
    this.#lose()
    this.#bundle = bundle
    if (this.#frontEnd) await this.#open()
  }

  attach(frontEnd: FrontEnd): Attachment | undefined {
    if (this.#frontEnd) return undefined
    this.#frontEnd = frontEnd
    const isAttached = (): boolean => this.#frontEnd === frontEnd
    void this.#open()
    return {
      send: (json) => {
        if (isAttached()) this.#ask(json)
      },
      detach: () => {
        if (isAttached()) this.#detach()
      },
    }
  }

  close(): void {
    this.#quiet()
    this.#target?.release()
    this.#target = undefined
    this.#frontEnd?.closed()
    this.#frontEnd = undefined
    this.#parts.closed()
  }

  /** @returns the messages to send to the inspector of the new isolate before any plugin code runs */
  begin(target: InspectorTarget): string[] {
    this.#target = target
    const first = [...this.#state.replay(), ...this.#unsent]
    for (const json of this.#unsent) this.#state.record(json)
    this.#unsent = []
    return first
  }

  /** Handles a message of the isolate. */
  receive(target: InspectorTarget, json: string): void {
    if (target !== this.#target) return
    if (json.startsWith(PAUSED)) this.#pausedAt ??= performance.now()
    else if (json.startsWith(RESUMED)) this.#resumed()
    if (this.#state.isForFrontEnd(json)) this.#frontEnd?.message(json)
  }

  /** The isolate has ended. Connects the debugger to the next one. */
  ended(target: InspectorTarget): void {
    if (target !== this.#target) return
    this.#lose()
    if (this.#frontEnd) void this.#open()
  }

  /** Ignores errors, because the code that loads the plugin reports them. */
  async #open(): Promise<void> {
    if (this.#bundle && !this.#target) await this.#parts.open(this.#bundle).catch(() => undefined)
  }

  #ask(json: string): void {
    if (!this.#target) return void this.#unsent.push(json)
    this.#state.record(json)
    this.#target.send(json)
  }

  #detach(): void {
    this.#quiet()
    this.#frontEnd = undefined
    this.#state = new FrontEndState()
    this.#unsent = []
  }

  /** Resumes paused calls and disables all breakpoints. */
  #quiet(): void {
    for (const json of this.#state.undo()) this.#target?.send(json)
    this.#resumed()
  }

  #resumed(): void {
    if (this.#pausedAt !== undefined) this.#target?.wasPaused(performance.now() - this.#pausedAt)
    this.#pausedAt = undefined
  }

  #lose(): void {
    this.#resumed()
    if (this.#target) for (const json of CLEARED) this.#frontEnd?.message(json)
    this.#target = undefined
  }
}
