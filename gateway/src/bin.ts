#!/usr/bin/env node
import { Console } from 'node:console'
import { runCli } from './cli/index.ts'

// Standard output belongs to what a command answers; a library that logs there would spoil it.
globalThis.console = new Console(process.stderr)
// Whoever reads may go away (`ashlar start | head -1`): then there is nobody to tell, and no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const { stdout, stderr, env: environment } = process
const context = {
  stdout,
  stderr,
  environment,
  /** Opened when it is read: most commands leave it alone. */
  get stdin() {
    return process.stdin
  },
}
process.exitCode = await runCli(process.argv.slice(2), context)
// Everything is closed by now. What still keeps the process alive was left by a step that failed half way.
setTimeout(() => process.exit(), 500).unref()
