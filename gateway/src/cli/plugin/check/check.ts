import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createWorkbench, type Draft } from '@ashlar/core'
import type { CommandContext } from '../../command/command.ts'
import { createTerminal, plain, type Terminal } from '../../command/terminal.ts'
import { findInBlocks } from './block-findings.ts'
import { findInBundle, findInFailure, listLargest, size } from './bundle-findings.ts'
import { sortFindings, type Finding, type Level } from './finding.ts'
import { findFetch, findGlobals } from './global-findings.ts'
import { findInIcons } from './icon-findings.ts'
import { findInPackage } from './package-findings.ts'
import { findInTypes } from './type-findings.ts'
import { parseFolder } from '../draft/draft.ts'
import { readPackageJson, type PackageJson } from '../draft/package-files.ts'
import { findPositions } from '../draft/positions.ts'
import { withStatusLine } from '../draft/status-line.ts'

/** `ashlar plugin check [folder] [--json]` */
export async function check(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
  const folder = resolve(parseFolder(positionals))
  const report = await withStatusLine(context, 'checking', () => checkPlugin(folder))
  if (values.json) stdout.write(`${JSON.stringify(toJson(report), null, 2)}\n`)
  else printReport(createTerminal(stdout, environment), report)
  return report.findings.some(({ level }) => level === 'error') ? 1 : 0
}

interface Report {
  json: PackageJson
  /** Undefined when the plugin does not load. */
  draft: Draft | undefined
  findings: Finding[]
}

/** @param folder absolute path @throws {AshlarError} PLUGIN_INVALID when it does not contain a plugin */
async function checkPlugin(folder: string): Promise<Report> {
  const packageFile = await readPackageJson(folder)
  const types = findInTypes(folder, packageFile.json)
  types.catch(() => undefined) // awaited below, unless another error comes first
  const { draft, failures } = await load(folder)
  const used = (draft?.bundle.inputs ?? []).map(({ path }) => path).filter((path) => !/^\.\.\/|node_modules\//.test(path))
  const found = draft ? [...findInBundle(draft), ...(await findInManifest(folder, draft))] : failures
  const globals = [...(await findGlobals(folder, used)), ...(draft ? await findFetch(draft) : [])]
  const findings = [...(await findInPackage(folder, packageFile, used)), ...found, ...globals, ...(await types)]
  return { json: packageFile.json, draft, findings: sortFindings(findings) }
}

async function findInManifest(folder: string, draft: Draft): Promise<Finding[]> {
  const positions = await findPositions(folder, draft)
  return [...findInBlocks(draft, positions), ...findInIcons(draft, positions)]
}

async function load(folder: string): Promise<{ draft: Draft | undefined; failures: Finding[] }> {
  const workbench = await createWorkbench(folder)
  try {
    return { draft: await workbench.describe(await workbench.bundle()), failures: [] }
  } catch (error) {
    return { draft: undefined, failures: findInFailure(error) }
  } finally {
    await workbench.close()
  }
}

function toJson({ json, draft, findings }: Report): object {
  const bundle = draft && {
    plugin: draft.plugin.name,
    blocks: draft.plugin.blocks.map(({ qualifiedName }) => qualifiedName),
    digest: draft.bundle.digest,
    bundleBytes: Buffer.byteLength(draft.bundle.code),
    largest: listLargest(draft),
  }
  return { packageName: json.name, version: json.version, ...bundle, ...countLevels(findings), findings }
}

const STYLES = { error: 'red', warning: 'yellow', hint: 'dim' } as const

function printReport(terminal: Terminal, { json, draft, findings }: Report): void {
  const bytes = draft ? `, ${draft.plugin.blocks.length} blocks in ${size(Buffer.byteLength(draft.bundle.code))}` : ''
  terminal.line(`${terminal.style('bold', plain(`${String(json.name)} ${String(json.version)}`))}${bytes}`)
  const width = Math.max(0, ...findings.map(({ code }) => code.length))
  for (const { level, code, position, message } of findings) {
    const place = terminal.style('dim', position === null ? '' : `${position} `)
    terminal.line(`  ${terminal.style(STYLES[level], level.padEnd(7))}  ${code.padEnd(width)}  ${place}${plain(message)}`)
  }
  const { errors, warnings, hints } = countLevels(findings)
  const sign = errors > 0 ? terminal.style('red', '✗') : terminal.style('green', '✓')
  terminal.line(`${sign} ${count(errors, 'error')}, ${count(warnings, 'warning')}, ${count(hints, 'hint')}`)
}

function countLevels(findings: readonly Finding[]): { errors: number; warnings: number; hints: number } {
  const of = (wanted: Level): number => findings.filter(({ level }) => level === wanted).length
  return { errors: of('error'), warnings: of('warning'), hints: of('hint') }
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}
