import { AshlarError } from '../../base/index.ts'
import type { Plugin, PluginReport } from '../../blocks/index.ts'
import { InvalidPluginError } from '../loading/index.ts'
import { describeFailure } from './failure-message.ts'

/** A plugin of a list, without its manifest. */
export interface ReportFacts extends Pick<PluginReport, 'packageName' | 'version' | 'origin' | 'status'> {
  error?: PluginReport['error'] | null
}

/** @param stored its bundle, or why this release cannot use it */
export function toReport(
  { packageName, version, origin, status, error }: ReportFacts,
  stored: Plugin | AshlarError | undefined,
): PluginReport {
  if (stored instanceof AshlarError) return failedReport({ packageName, version, origin }, stored)
  const plugin = stored && withVersion(stored, packageName, version)
  return { packageName, version, origin, status, ...(plugin && { plugin }), ...(error && { error }) }
}

/** A version without a change in the code shares the bundle of the previous version, whose row names that version. */
function withVersion(plugin: Plugin, packageName: string, version: string): Plugin {
  if (plugin.packageName === packageName && plugin.version === version) return plugin
  const copy: Plugin = { ...plugin, packageName, version, blocks: [] }
  copy.blocks = plugin.blocks.map((block) => ({ ...block, plugin: copy }))
  return copy
}

/** Lists what a plugin claims: each name and block id may belong to one package only. */
export function listClaims(plugin: Plugin): string[] {
  return [`plugin name "${plugin.name}"`, ...plugin.blocks.map(({ id }) => `block id ${id}`)]
}

/** Reports a plugin as FAILED if an earlier one has its name or the id of one of its blocks. */
export function rejectDuplicates(reports: PluginReport[]): PluginReport[] {
  const owners = new Map<string, string>()
  return reports.map((each) => {
    if (!each.plugin) return each
    const claims = listClaims(each.plugin)
    const taken = claims.find((claim) => owners.has(claim))
    if (taken === undefined) {
      for (const claim of claims) owners.set(claim, each.packageName)
      return each
    }
    return failedReport(each, claimTakenError(taken, owners.get(taken)))
  })
}

export function withDescription(report: PluginReport): PluginReport {
  const { error } = report
  return error ? { ...report, error: { code: error.code, message: describeFailure(report, error) } } : report
}

function failedReport(
  { packageName, version, origin }: Pick<PluginReport, 'packageName' | 'version' | 'origin'>,
  { code, message }: AshlarError,
): PluginReport {
  return { packageName, version, origin, status: 'FAILED', error: { code, message } }
}

/** @param owner the package that has the claim @param path the input field that contained the plugin */
export function claimTakenError(claim: string, owner: string | undefined, path?: string): AshlarError {
  const text = claim.endsWith('"') ? claim.slice(claim.indexOf('"')) : `"${claim.split(' ').at(-1)}"`
  const flaw = { message: `${claim} already belongs to ${owner}`, at: [text] }
  return new InvalidPluginError('DUPLICATE_BLOCK', [flaw], path === undefined ? {} : { path: [path] })
}
