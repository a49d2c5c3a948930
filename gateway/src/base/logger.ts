/** Where the gateway tells what an operator should know. */
export interface Logger {
  info(message: string): void
  /** One line, also for an error with a stack. */
  error(message: string, error?: unknown): void
}

/** Writes lines. */
export function loggerTo(stream: { write(text: string): unknown }): Logger {
  return {
    info: (message) => void stream.write(`${message}\n`),
    error: (message, error) => void stream.write(`${error === undefined ? message : `${message}: ${onOneLine(error)}`}\n`),
  }
}

/** A stack and its causes on one line. */
function onOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = (error.stack ?? `${error.name}: ${error.message}`).replaceAll(/\s*\n\s*/g, ' | ')
  return error.cause === undefined ? stack : `${stack} | caused by ${onOneLine(error.cause)}`
}
