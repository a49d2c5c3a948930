#!/usr/bin/env node
import { Console } from 'node:console'
import { runCli } from './cli/index.ts'

// Standard output contains only the results of a command. Libraries that log must not write to it.
globalThis.console = new Console(process.stderr)
// The reader of a pipe may close it (`ashlar start | head -1`). The command continues without output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const { stdout, stderr, env: environment } = process
const context = {
  stdout,
  stderr,
  environment,
  openStdin: () => process.stdin,
}
process.exitCode = await runCli(process.argv.slice(2), context, process.cwd())
// Everything is closed now. A step that failed halfway may have left something that keeps the process alive.
setTimeout(() => process.exit(), 500).unref()
