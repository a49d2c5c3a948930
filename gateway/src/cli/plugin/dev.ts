import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandContext } from '../command.ts'
import { listenForStop } from '../stop.ts'
import { createTerminal, duration, plain, type Terminal } from '../terminal.ts'
import { develop, type DevEvent } from './develop.ts'
import { folderOf } from './draft.ts'
import { findRunningServer } from './running-server.ts'
import { tellDifference } from './test.ts'

const STOP_WITHIN_MS = 5000

/** `ashlar plugin dev [folder] [--server url] [--json]`: until it is told to stop. With `--json` each event is a document, on a line of its own. */
export async function dev(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const options = { server: { type: 'string' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = folderOf(positionals)
  const { url, api } = await findRunningServer(values.server, environment)
  using stop = listenForStop(STOP_WITHIN_MS)
  const terminal = createTerminal(stdout, environment)
  if (!values.json) terminal.line(`${relative('.', resolve(folder)) || '.'} goes to ${url} at every change; Ctrl-C ends it`)
  const onEvent = (event: DevEvent): void => {
    if (values.json) stdout.write(`${JSON.stringify(event)}\n`)
    else tell(terminal, event)
  }
  await develop({ folder: resolve(folder), api, signal: stop.signal, onEvent })
  return 0
}

function tell(terminal: Terminal, event: DevEvent): void {
  if (event.event === 'loaded') {
    const { plugin, version, blocks, ms } = event
    terminal.line(`${terminal.style('green', '✓')} ${plugin} ${version}, ${blocks} blocks, in ${duration(ms)}`)
  } else if (event.event === 'tested') {
    const failed = event.results.filter(({ difference }) => difference !== null)
    terminal.line(
      failed.length > 0
        ? `  ${terminal.style('red', `${failed.length} of ${event.results.length} tests failed`)}`
        : `  ${terminal.style('dim', `${event.results.length} tests passed`)}`,
    )
    for (const each of failed) tellDifference(terminal, each)
  } else for (const { path, message } of faultsOf(event)) tellFault(terminal, path, message)
}

function faultsOf({ code, message, faults }: DevEvent & { event: 'failed' }): readonly { path: string; message: string }[] {
  return faults.length > 0 ? faults : [{ path: code, message }]
}

function tellFault(terminal: Terminal, path: string, message: string): void {
  terminal.line(`${terminal.style('red', '✗')} ${terminal.style('bold', plain(path))} ${plain(message)}`)
}
