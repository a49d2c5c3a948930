import type ivm from 'isolated-vm'

/** Receives the messages of the inspector of an isolate: JSON texts of the Chrome DevTools Protocol. */
export type OnInspectorMessage = (message: string) => void

/** A session with the inspector of an isolate. */
export interface InspectorSession {
  /** Whether code is paused at a breakpoint. */
  readonly isPaused: boolean
  dispatch(message: string): void
  dispose(): void
}

/** The id of a request without an effect, see {@link watchPauses}. */
const NUDGE_ID = 2 ** 31 - 1
const NUDGE = JSON.stringify({ id: NUDGE_ID, method: 'Runtime.getIsolateId' })
const NUDGE_EVERY_MS = 50

/**
 * A paused isolate sleeps until a message arrives, but isolated-vm (7.0.1) does not wake it for a message that arrives
 * while it reads the previous one. Therefore a request without an effect is sent periodically during a pause.
 */
export function watchPauses(session: ivm.InspectorSession, onMessage: OnInspectorMessage): InspectorSession {
  let nudging: NodeJS.Timeout | undefined
  const stopNudging = (): void => {
    clearInterval(nudging)
    nudging = undefined
  }
  session.onResponse = (id, message) => {
    if (id !== NUDGE_ID) onMessage(message)
  }
  session.onNotification = (message) => {
    if (message.startsWith('{"method":"Debugger.paused"'))
      nudging ??= setInterval(() => session.dispatchProtocolMessage(NUDGE), NUDGE_EVERY_MS)
    else if (message.startsWith('{"method":"Debugger.resumed"')) stopNudging()
    onMessage(message)
  }
  return {
    get isPaused() {
      return nudging !== undefined
    },
    dispatch: (message) => session.dispatchProtocolMessage(message),
    dispose() {
      stopNudging()
      session.dispose()
    },
  }
}
