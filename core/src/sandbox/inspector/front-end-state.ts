/** A request, an answer or an event of the Chrome DevTools Protocol. */
interface ProtocolMessage {
  id?: number
  method?: string
  params?: { breakpointId?: string }
  result?: { breakpointId?: string }
}

/** Ids of requests that are sent again: their answers are nobody's. A front end counts from 0 or 1. */
const REPEATED_IDS_FROM = 2 ** 30
/** Beside `enable` of every domain; each replaces the one before it of its name. */
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
/** Those that name a script by its address, which the next isolate has too. */
const BREAKPOINTS = ['Debugger.setBreakpointByUrl', 'Debugger.setInstrumentationBreakpoint']

/** What a debugger has asked for that is to hold for the next isolate as well: domains, settings, breakpoints. */
export class FrontEndState {
  readonly #settings = new Map<string, ProtocolMessage>()
  /** By what they are called in answers; for as long as there is none, by the id of the request. */
  readonly #breakpoints = new Map<string | number, ProtocolMessage>()
  #lastId = REPEATED_IDS_FROM

  /** Takes note of what the front end sends. */
  asked(json: string): void {
    const message = parse(json)
    const { id, method = '', params } = message
    if (method === 'Debugger.removeBreakpoint') this.#breakpoints.delete(params?.breakpointId ?? '')
    else if (BREAKPOINTS.includes(method) && id !== undefined) this.#breakpoints.set(id, message)
    else if (SETTINGS.includes(method) || isEnabling(message)) this.#settings.set(method, message)
    else if (method.endsWith('.disable')) this.#settings.delete(`${domainOf(method)}.enable`)
  }

  /** @returns whether the front end is to get what the isolate says */
  isForFrontEnd(json: string): boolean {
    const [, digits] = /^\{"id":(\d+)/.exec(json) ?? []
    if (digits === undefined) return true
    const breakpoint = this.#breakpoints.get(Number(digits))
    if (breakpoint) this.#nameBreakpoint(Number(digits), breakpoint, parse(json).result?.breakpointId)
    return Number(digits) < REPEATED_IDS_FROM
  }

  /** @param name none where it was refused */
  #nameBreakpoint(id: number, breakpoint: ProtocolMessage, name: string | undefined): void {
    this.#breakpoints.delete(id)
    if (name !== undefined) this.#breakpoints.set(name, breakpoint)
  }

  /** The requests that bring a new isolate to it. */
  replay(): string[] {
    const all = [...this.#settings.values()].toSorted((a, b) => Number(isEnabling(b)) - Number(isEnabling(a)))
    return [...all, ...this.#breakpoints.values()].map((message) => JSON.stringify({ ...message, id: ++this.#lastId }))
  }

  /** The requests that free an isolate of it. */
  undo(): string[] {
    const domains = [...this.#settings.keys()].filter((method) => method.endsWith('.enable')).map(domainOf)
    return domains.map((domain) => JSON.stringify({ id: ++this.#lastId, method: `${domain}.disable` }))
  }
}

/** Anything else that a front end may send is for the inspector to refuse. */
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

function domainOf(method: string): string {
  return method.split('.', 1)[0] ?? ''
}
