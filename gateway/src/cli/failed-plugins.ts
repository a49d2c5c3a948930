import { plain, type Terminal } from './terminal.ts'

interface FailedPlugin {
  packageName: string
  error?: { code: string; message: string } | null
}

/** Prints the errors of plugins that did not load. */
export function showFailedPlugins(plugins: readonly FailedPlugin[], terminal: Terminal): void {
  for (const { packageName, error } of plugins) {
    if (!error) continue
    const [first = '', ...more] = error.message.split('\n')
    terminal.line(`${terminal.style('red', 'plugin did not load')}: ${packageName} ${error.code} ${plain(first)}`)
    for (const line of more) terminal.line(`  ${plain(line)}`)
  }
}
