/** What tests read of the messages of the Chrome DevTools Protocol. */
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

/** A debugger that waits for answers and events, wherever they come from. */
export class TestDebugger {
  /** What nobody has waited for so far. */
  readonly messages: DebuggerMessage[] = []
  #heard = Promise.withResolvers<void>()
  #lastId = 0
  readonly #send: (json: string) => void

  constructor(send: (json: string) => void) {
    this.#send = send
  }

  receive(json: string): void {
    this.messages.push(JSON.parse(json) as DebuggerMessage)
    this.#heard.resolve()
    this.#heard = Promise.withResolvers()
  }

  async request(method: string, params: object = {}): Promise<NonNullable<DebuggerMessage['result']>> {
    const id = ++this.#lastId
    this.#send(JSON.stringify({ id, method, params }))
    const { result } = await this.next((message) => message.id === id)
    if (!result) throw new Error(`${method} was refused`)
    return result
  }

  async event(method: string): Promise<NonNullable<DebuggerMessage['params']>> {
    return (await this.next((message) => message.method === method)).params ?? {}
  }

  /** @returns the innermost call frame of code that stands at a breakpoint */
  async paused(): Promise<{ callFrameId: string; functionName: string; location: { lineNumber: number } }> {
    const { callFrames: [frame] = [] } = await this.event('Debugger.paused')
    if (!frame) throw new Error('nothing stands still')
    return frame
  }

  /** Takes it out. */
  async next(isWanted: (message: DebuggerMessage) => boolean): Promise<DebuggerMessage> {
    for (;;) {
      const index = this.messages.findIndex(isWanted)
      const [message] = index === -1 ? [] : this.messages.splice(index, 1)
      if (message) return message
      await this.#heard.promise
    }
  }
}
