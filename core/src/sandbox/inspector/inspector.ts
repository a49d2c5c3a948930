import type { Bundle } from '../calls/index.ts'
import { FrontEndState } from './front-end-state.ts'

/** A debugger: what it is sent are JSON texts of the Chrome DevTools Protocol. */
interface FrontEnd {
  message(json: string): void
  /** There is nothing to look into any more. */
  closed(): void
}

/** What a debugger does with its inspector. */
export interface Attachment {
  send(json: string): void
  /** What stands at a breakpoint goes on. */
  detach(): void
}

/**
 * Lets a debugger into the isolate of one owner and one plugin that is being written: into one after the other, as the plugin
 * changes, with the breakpoints kept. Calls that stand at a breakpoint have no deadline meanwhile.
 */
export interface Inspector {
  /** From now on it is this bundle. Resolves when its isolate is there, if a debugger waits for it. */
  show(bundle: Bundle): Promise<void>
  /** @returns nothing while another debugger is attached */
  attach(frontEnd: FrontEnd): Attachment | undefined
  /** Its debugger is told. */
  close(): void
}

/** Where the isolate of the bundle is. */
export interface InspectorTarget {
  send(message: string): void
  /** Nothing more is looked into there. */
  release(): void
  /** Its calls have stood still for so long. */
  stoodStill(ms: number): void
}

interface InspectorParts {
  owner: string
  /** Has the isolate of a bundle made, if there is none. */
  open(bundle: Bundle): Promise<void>
  closed(): void
}

const PAUSED = '{"method":"Debugger.paused"'
const RESUMED = '{"method":"Debugger.resumed"'
const CLEARED = ['{"method":"Debugger.resumed","params":{}}', '{"method":"Runtime.executionContextsCleared","params":{}}']

/** The worker's part of an {@link Inspector}. A sandbox process that is about to make its isolate gets {@link begin}. */
export class BundleInspector implements Inspector {
  readonly #parts: InspectorParts
  #bundle: Bundle | undefined
  #target: InspectorTarget | undefined
  #frontEnd: FrontEnd | undefined
  #state = new FrontEndState()
  /** What the debugger has sent while there was no isolate. */
  #unsent: string[] = []
  #pausedAt: number | undefined

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  /** Name of the isolate. */
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

  /** @returns what the inspector of the new isolate is to hear before any code of the plugin runs */
  begin(target: InspectorTarget): string[] {
    this.#target = target
    const first = [...this.#state.replay(), ...this.#unsent]
    for (const json of this.#unsent) this.#state.asked(json)
    this.#unsent = []
    return first
  }

  /** The isolate says something. */
  said(target: InspectorTarget, json: string): void {
    if (target !== this.#target) return
    if (json.startsWith(PAUSED)) this.#pausedAt ??= performance.now()
    else if (json.startsWith(RESUMED)) this.#resumed()
    if (this.#state.isForFrontEnd(json)) this.#frontEnd?.message(json)
  }

  /** The isolate is gone: the debugger gets the next. */
  ended(target: InspectorTarget): void {
    if (target !== this.#target) return
    this.#lose()
    if (this.#frontEnd) void this.#open()
  }

  /** One that cannot be made is told where the plugin is loaded. */
  async #open(): Promise<void> {
    if (this.#bundle && !this.#target) await this.#parts.open(this.#bundle).catch(() => undefined)
  }

  #ask(json: string): void {
    if (!this.#target) return void this.#unsent.push(json)
    this.#state.asked(json)
    this.#target.send(json)
  }

  #detach(): void {
    this.#quiet()
    this.#frontEnd = undefined
    this.#state = new FrontEndState()
    this.#unsent = []
  }

  /** Whatever stands still there goes on, and stops no more. */
  #quiet(): void {
    for (const json of this.#state.undo()) this.#target?.send(json)
    this.#resumed()
  }

  #resumed(): void {
    if (this.#pausedAt !== undefined) this.#target?.stoodStill(performance.now() - this.#pausedAt)
    this.#pausedAt = undefined
  }

  #lose(): void {
    this.#resumed()
    if (this.#target) for (const json of CLEARED) this.#frontEnd?.message(json)
    this.#target = undefined
  }
}
