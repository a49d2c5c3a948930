/** The fields of Chrome DevTools Protocol messages that tests read. */
interface DebuggerMessage {
  id?: number
  method?: string
  params?: {
    url?: string
    sourceMapURL?: string
    callFrames?: { callFrameId: string; functionName: string; location: { lineNumber: number } }[]
  }
  result?: { breakpointId?: string; result?: { value: unknown } }
}

/** A debugger that waits for responses and events of any transport. */
export class TestDebugger {
  /** Messages that no test has taken yet. */
  readonly messages: DebuggerMessage[] = []
  #received = Promise.withResolvers<void>()
  #lastId = 0
  readonly #send: (json: string) => void

  constructor(send: (json: string) => void) {
    this.#send = send
  }

  receive(json: string): void {
    this.messages.push(JSON.parse(json) as DebuggerMessage)
    this.#received.resolve()
    this.#received = Promise.withResolvers()
  }

  async request(method: string, params: object = {}): Promise<NonNullable<DebuggerMessage['result']>> {
    const id = ++this.#lastId
    this.#send(JSON.stringify({ id, method, params }))
    const { result } = await this.next((message) => message.id === id)
    if (!result) throw new Error(`the inspector rejected ${method}`)
    return result
  }

  async event(method: string): Promise<NonNullable<DebuggerMessage['params']>> {
    return (await this.next((message) => message.method === method)).params ?? {}
  }

  /** Waits until code stops at a breakpoint. @returns its innermost call frame */
  async paused(): Promise<{ callFrameId: string; functionName: string; location: { lineNumber: number } }> {
    const { callFrames: [frame] = [] } = await this.event('Debugger.paused')
    if (!frame) throw new Error('the debugger stopped without a call frame')
    return frame
  }

  /** Waits for a message and removes it from `messages`. */
  async next(isWanted: (message: DebuggerMessage) => boolean): Promise<DebuggerMessage> {
    for (;;) {
      const index = this.messages.findIndex(isWanted)
      const [message] = index === -1 ? [] : this.messages.splice(index, 1)
      if (message) return message
      await this.#received.promise
    }
  }
}
