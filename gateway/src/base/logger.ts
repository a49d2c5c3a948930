/** Receives messages for the operator. */
export interface Logger {
  info(message: string): void
  /** Writes one line, even for an error with a stack. */
  error(message: string, error?: unknown): void
}

/** Creates a logger that writes lines to a stream. */
export function loggerTo(stream: { write(text: string): unknown }): Logger {
  return {
    info: (message) => void stream.write(`${message}\n`),
    error: (message, error) => void stream.write(`${error === undefined ? message : `${message}: ${onOneLine(error)}`}\n`),
  }
}

/** Formats the stack of an error and its causes on one line. */
function onOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = (error.stack ?? `${error.name}: ${error.message}`).replaceAll(/\s*\n\s*/g, ' | ')
  return error.cause === undefined ? stack : `${stack} | caused by ${onOneLine(error.cause)}`
}
