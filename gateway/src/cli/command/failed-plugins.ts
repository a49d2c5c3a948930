import type { Runtime } from '@ashlar/core'
import type { Logger } from '../../base/logger.ts'
import { plain } from './terminal.ts'

interface FailedPlugin {
  packageName: string
  error?: { code: string; message: string } | null
}

/** Logs the plugins that did not load. The message of the error names the package. */
export function logFailedPlugins(plugins: readonly FailedPlugin[], logger: Logger): void {
  for (const { error } of plugins) if (error) logger.error(failureOf(error))
}

/**
 * Logs each plugin that does not load: now, when it starts to fail, and when its error changes. Logs once when it loads again.
 *
 * @returns a function that stops it
 */
export function watchFailedPlugins(plugins: Pick<Runtime['plugins'], 'reports' | 'onChange'>, logger: Logger): () => void {
  let logged = new Map<string, string>()
  const update = (): void => {
    const reports = plugins.reports()
    const failures = new Map(reports.flatMap(({ packageName, error }) => (error ? [[packageName, failureOf(error)]] : [])))
    for (const [packageName, failure] of failures) if (logged.get(packageName) !== failure) logger.error(failure)
    for (const { packageName, version, plugin } of reports)
      if (plugin && logged.has(packageName)) logger.info(`plugin loads again: ${packageName} ${version}`)
    logged = failures
  }
  update()
  return plugins.onChange(update)
}

/** The further lines are indented, so that each failure is one entry. */
function failureOf({ code, message }: { code: string; message: string }): string {
  const lines = message.split('\n').map((line) => plain(line))
  return `plugin did not load: ${code} ${lines.join('\n  ')}`
}
