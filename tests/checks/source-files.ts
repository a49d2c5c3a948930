import { glob, readFile } from 'node:fs/promises'

/** A TypeScript file of the workspace. */
export interface SourceFile {
  /** Relative to the root, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly from: string
  readonly typesOnly: boolean
  readonly line: number
}

// The formatter puts every static import at the beginning of a line, so that a pattern finds them without a parser.
const STATIC_IMPORT =
  /^(?:import|export)\s+(?<type>type\s+)?(?:(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?\s*from\s*)?['"](?<from>[^'"\n]+)['"]/gm
const DYNAMIC_IMPORT = /\b(?:import\(\s*|require\((?=['"]\.))['"](?<from>[^'"\n]+)['"]/g

/** The static and dynamic imports of a file, and what it re-exports. */
export function listImports(text: string): Import[] {
  return [...text.matchAll(STATIC_IMPORT), ...text.matchAll(DYNAMIC_IMPORT)].map(({ groups, index }) => ({
    from: groups?.from ?? '',
    typesOnly: groups?.type !== undefined,
    line: lineAt(text, index),
  }))
}

/** The line of an index into a text, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** @param extension `ts`, `md` or a list such as `{ts,md}` */
export async function readSources(extension: string): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  const exclude = (path: string): boolean => path.split(/[\\/]/).some((part) => part === 'node_modules' || part === 'dist')
  const folders = '{core,schema,gateway,testing,tests,plugins,docs}'
  for (const pattern of [`${folders}/**/*.${extension}`, `*.${extension}`])
    for await (const path of glob(pattern, { exclude }))
      files.push({ path: path.replaceAll('\\', '/'), text: await readFile(path, 'utf8') })
  return files
}

/** Test files, everything in tests/, and the test harness of core. */
export function isTest(path: string): boolean {
  const harness = /^(?:core|gateway)\/src\/testing\/(?!kit\/)/.test(path)
  return path.endsWith('.test.ts') || path.startsWith('tests/') || harness
}

/** Prints each fault on a line. The exit status is 1 if there is one. */
export function reportFaults(faults: readonly string[]): void {
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length > 0 ? 1 : 0
}
