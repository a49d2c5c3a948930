import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandContext } from '../../command/command.ts'
import { listenForStop } from '../../command/stop.ts'
import { createTerminal, duration, plain, type Terminal } from '../../command/terminal.ts'
import { develop, type DevEvent } from './develop.ts'
import { parseFolder } from '../draft/draft.ts'
import { findRunningServer } from '../../command/running-server.ts'
import { printFailedTest } from './test.ts'

const STOP_WITHIN_MS = 5000

/**
 * `ashlar plugin dev [folder] [--server url] [--inspect] [--json]` runs until it receives a request to stop. With `--json` it prints each
 * event as JSON on one line.
 */
export async function dev(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const options = { server: { type: 'string' }, inspect: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = parseFolder(positionals)
  const { url, api } = await findRunningServer(values.server, environment)
  using stop = listenForStop(STOP_WITHIN_MS)
  const terminal = createTerminal(stdout, environment)
  if (!values.json) terminal.line(`Loading ${relative('.', resolve(folder)) || '.'} into ${url} on every change. Ctrl-C stops.`)
  const onEvent = (event: DevEvent): void => {
    const printed = event.event === 'inspectable' ? { event: event.event, ...inspectorAt(event.path, url) } : event
    if (values.json) stdout.write(`${JSON.stringify(printed)}\n`)
    else printEvent(terminal, printed)
  }
  await develop({ folder: resolve(folder), api, signal: stop.signal, inspect: values.inspect ?? false, onEvent })
  return 0
}

/** The URLs of the WebSocket for debuggers, and of Chrome's debugger. */
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

type PrintedEvent = Exclude<DevEvent, { event: 'inspectable' }> | ({ event: 'inspectable' } & InspectorAddresses)

function printEvent(terminal: Terminal, event: PrintedEvent): void {
  if (event.event === 'inspectable') {
    terminal.line('  To debug the plugin, open this URL in Chrome:')
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
    for (const each of failed) printFailedTest(terminal, each)
  } else for (const { path, message } of listFaults(event)) printFault(terminal, path, message)
}

function listFaults({ code, message, faults }: PrintedEvent & { event: 'failed' }): readonly { path: string; message: string }[] {
  return faults.length > 0 ? faults : [{ path: code, message }]
}

function printFault(terminal: Terminal, path: string, message: string): void {
  terminal.line(`${terminal.style('red', '✗')} ${terminal.style('bold', plain(path))} ${plain(message)}`)
}
