/** Matches a frame of the code. */
const FRAME = /\bcode\.js:(\d+):(\d+)/

/** The generated head of the function has two lines, and the directive is the third. */
const HEAD_LINES = 3

/** Returns an error whose message starts with the position in the code at which the given error was thrown. */
export function locate(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`the code threw ${describe(error)}`)
  const [, line, column] = FRAME.exec(error.stack ?? '') ?? []
  const text = `${error.name}: ${error.message}`
  const at = line === undefined ? '' : `line ${Number(line) - HEAD_LINES}, column ${column}: `
  return new Error(at + text, { cause: error })
}

function describe(value: unknown): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 1000)
}
