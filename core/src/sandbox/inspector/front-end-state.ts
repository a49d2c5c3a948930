/** A request, a response or an event of the Chrome DevTools Protocol. */
interface ProtocolMessage {
  id?: number
  method?: string
  params?: { breakpointId?: string }
  result?: { breakpointId?: string }
}

/** Ids of requests that are sent again, whose responses are dropped. A front end counts from 0 or 1. */
const FIRST_REPEATED_ID = 2 ** 30
/** Settings to keep, in addition to `enable` of every domain. Each replaces the previous one with the same method. */
const SETTINGS = [
  'Debugger.setAsyncCallStackDepth',
  'Debugger.setBlackboxExecutionContexts',
  'Debugger.setBlackboxPatterns',
  'Debugger.setBreakpointsActive',
  'Debugger.setPauseOnExceptions',
  'Debugger.setSkipAllPauses',
  'Profiler.setSamplingInterval',
  'Runtime.setAsyncCallStackDepth',
  'Runtime.setCustomObjectFormatterEnabled',
  'Runtime.setMaxCallStackSizeToCapture',
]
/** Requests that refer to a script by its URL, which is the same in the next isolate. */
const BREAKPOINTS = ['Debugger.setBreakpointByUrl', 'Debugger.setInstrumentationBreakpoint']

/** The requests of a debugger that also apply to the next isolate: domains, settings and breakpoints. */
export class FrontEndState {
  readonly #settings = new Map<string, ProtocolMessage>()
  /** By breakpoint id; until the response arrives, by the id of the request. */
  readonly #breakpoints = new Map<string | number, ProtocolMessage>()
  #lastId = FIRST_REPEATED_ID

  /** Records a request of the front end. */
  record(json: string): void {
    const message = parse(json)
    const { id, method = '', params } = message
    if (method === 'Debugger.removeBreakpoint') this.#breakpoints.delete(params?.breakpointId ?? '')
    else if (BREAKPOINTS.includes(method) && id !== undefined) this.#breakpoints.set(id, message)
    else if (SETTINGS.includes(method) || isEnabling(message)) this.#settings.set(method, message)
    else if (method.endsWith('.disable')) this.#settings.delete(`${getDomain(method)}.enable`)
  }

  /** @returns whether to pass this message of the isolate to the front end */
  isForFrontEnd(json: string): boolean {
    const [, digits] = /^\{"id":(\d+)/.exec(json) ?? []
    if (digits === undefined) return true
    const breakpoint = this.#breakpoints.get(Number(digits))
    if (breakpoint) this.#nameBreakpoint(Number(digits), breakpoint, parse(json).result?.breakpointId)
    return Number(digits) < FIRST_REPEATED_ID
  }

  /** @param name undefined if the inspector rejected the breakpoint */
  #nameBreakpoint(id: number, breakpoint: ProtocolMessage, name: string | undefined): void {
    this.#breakpoints.delete(id)
    if (name !== undefined) this.#breakpoints.set(name, breakpoint)
  }

  /** The requests that apply this state to a new isolate. */
  replay(): string[] {
    const all = [...this.#settings.values()].toSorted((a, b) => Number(isEnabling(b)) - Number(isEnabling(a)))
    return [...all, ...this.#breakpoints.values()].map((message) => JSON.stringify({ ...message, id: ++this.#lastId }))
  }

  /** The requests that remove this state from an isolate. */
  undo(): string[] {
    const domains = [...this.#settings.keys()].filter((method) => method.endsWith('.enable')).map(getDomain)
    return domains.map((domain) => JSON.stringify({ id: ++this.#lastId, method: `${domain}.disable` }))
  }
}

/** Accepts any text, because the inspector itself rejects invalid messages. */
function parse(json: string): ProtocolMessage {
  try {
    const message = JSON.parse(json) as ProtocolMessage | null
    return message !== null && typeof message === 'object' ? message : {}
  } catch {
    return {}
  }
}

function isEnabling({ method }: ProtocolMessage): boolean {
  return method?.endsWith('.enable') ?? false
}

function getDomain(method: string): string {
  return method.split('.', 1)[0] ?? ''
}
