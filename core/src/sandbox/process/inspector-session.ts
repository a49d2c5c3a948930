import type ivm from 'isolated-vm'

/** Takes what the inspector of an isolate says: JSON texts of the Chrome DevTools Protocol. */
export type OnInspectorMessage = (message: string) => void

/** A session with the inspector of an isolate. */
export interface InspectorSession {
  /** Whether code stands at a breakpoint. */
  readonly isPaused: boolean
  dispatch(message: string): void
  dispose(): void
}

/** Of a request that asks for nothing, see {@link watchPauses}. */
const NUDGE_ID = 2 ** 31 - 1
const NUDGE = JSON.stringify({ id: NUDGE_ID, method: 'Runtime.getIsolateId' })
const NUDGE_EVERY_MS = 50

/**
 * An isolate that stands at a breakpoint sleeps until there is a message, and isolated-vm (7.0.1) does not wake it for one that
 * comes while it still reads the one before: so it is sent another one every now and then.
 */
export function watchPauses(session: ivm.InspectorSession, onMessage: OnInspectorMessage): InspectorSession {
  let nudging: NodeJS.Timeout | undefined
  const goOn = (): void => {
    clearInterval(nudging)
    nudging = undefined
  }
  session.onResponse = (id, message) => {
    if (id !== NUDGE_ID) onMessage(message)
  }
  session.onNotification = (message) => {
    if (message.startsWith('{"method":"Debugger.paused"'))
      nudging ??= setInterval(() => session.dispatchProtocolMessage(NUDGE), NUDGE_EVERY_MS)
    else if (message.startsWith('{"method":"Debugger.resumed"')) goOn()
    onMessage(message)
  }
  return {
    get isPaused() {
      return nudging !== undefined
    },
    dispatch: (message) => session.dispatchProtocolMessage(message),
    dispose() {
      goOn()
      session.dispose()
    },
  }
}
