import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandContext } from '../../command/command.ts'
import { listenForStop } from '../../command/stop.ts'
import { createTerminal, duration, plain, type Terminal } from '../../command/terminal.ts'
import { develop, type DevEvent } from './develop.ts'
import { folderOf } from '../draft/draft.ts'
import { findRunningServer } from '../../command/running-server.ts'
import { tellDifference } from './test.ts'

const STOP_WITHIN_MS = 5000

/** `ashlar plugin dev [folder] [--server url] [--inspect] [--json]`: until it is told to stop. With `--json` each event is a document, on a line of its own. */
export async function dev(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const options = { server: { type: 'string' }, inspect: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = folderOf(positionals)
  const { url, api } = await findRunningServer(values.server, environment)
  using stop = listenForStop(STOP_WITHIN_MS)
  const terminal = createTerminal(stdout, environment)
  if (!values.json) terminal.line(`${relative('.', resolve(folder)) || '.'} goes to ${url} at every change; Ctrl-C ends it`)
  const onEvent = (event: DevEvent): void => {
    const told = event.event === 'inspectable' ? { event: event.event, ...inspectorAt(event.path, url) } : event
    if (values.json) stdout.write(`${JSON.stringify(told)}\n`)
    else tell(terminal, told)
  }
  await develop({ folder: resolve(folder), api, signal: stop.signal, inspect: values.inspect ?? false, onEvent })
  return 0
}

/** Where a debugger gets in: the WebSocket, and what Chrome opens. */
interface InspectorAddresses {
  webSocket: string
  chrome: string
}

function inspectorAt(path: string, server: string): InspectorAddresses {
  const url = new URL(path, server)
  const webSocket = url.href.replace(/^http/, 'ws')
  const [scheme = 'ws', address] = webSocket.split('://')
  return { webSocket, chrome: `devtools://devtools/bundled/js_app.html?v8only=true&${scheme}=${address}` }
}

type ToldEvent = Exclude<DevEvent, { event: 'inspectable' }> | ({ event: 'inspectable' } & InspectorAddresses)

function tell(terminal: Terminal, event: ToldEvent): void {
  if (event.event === 'inspectable') {
    terminal.line('  to stop at breakpoints in what you run of it, open in Chrome:')
    terminal.line(`  ${terminal.style('bold', event.chrome)}`)
  } else if (event.event === 'loaded') {
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

function faultsOf({ code, message, faults }: ToldEvent & { event: 'failed' }): readonly { path: string; message: string }[] {
  return faults.length > 0 ? faults : [{ path: code, message }]
}

function tellFault(terminal: Terminal, path: string, message: string): void {
  terminal.line(`${terminal.style('red', '✗')} ${terminal.style('bold', plain(path))} ${plain(message)}`)
}
