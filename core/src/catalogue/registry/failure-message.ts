import type { PluginOrigin, PluginReport } from '../../blocks/index.ts'

const REMEDIES: Record<PluginOrigin, string> = {
  DEV: 'Correct the source: "plugin dev" then sends the plugin again.',
  WORKSPACE: 'Correct the source and save it: the server then loads the plugin again.',
  PACKAGE: 'Correct the package, install a version that loads, or remove it from "plugins" in the configuration file.',
  STORE: 'Install another version with the mutation installPlugin, or remove the plugin with uninstallPlugin.',
}

const REMEDIES_BY_CODE: Record<string, string> = {
  DUPLICATE_BLOCK: 'Give one of the two another name or id, or remove it.',
  SDK_TOO_OLD: 'Otherwise, install a version of the plugin for its SDK.',
}

/**
 * Describes why a plugin did not load, for logs and the API: its package, each fault with its location in the source, and what to do.
 *
 * @param error its message has one fault per line
 */
export function describeFailure(
  { packageName, version, origin }: Pick<PluginReport, 'packageName' | 'version' | 'origin'>,
  { code, message }: { code: string; message: string },
): string {
  const plugin = version === '' ? packageName : `${packageName} ${version}`
  const remedy = REMEDIES_BY_CODE[code] ?? REMEDIES[origin]
  if (message.includes('\n')) return `${plugin}: ${message}\n${remedy}`
  return `${plugin}: ${message.replace(/[.:]?$/, '.')} ${remedy}`
}
