import { existsSync, globSync } from 'node:fs'
import { posix } from 'node:path'
import { lineAt, readSources, reportFaults, type SourceFile } from './source-files.ts'

/*
 * Checks that documentation names files that exist: in code spans such as `core/src/base/codes.ts` or
 * `journal-rows.ts`, and in links. A path may be relative to the root, to the page, or the end of the path of any
 * source file.
 */

const CODE_SPAN = /`([\w./*-]+\.(?:ts|js|json|graphql|md))`/g
const LINK = /\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g
/** Files of a plugin or of an installation, which examples name. */
const EXAMPLES = /^(?:(?:\.\/)?src\/|package\.json|tsconfig\.json|ashlar\.config\.ts|index\.ts|graph\.json|index\.js|.*<)|\*/

/** Each missing file as one line, `path:line: what is missing`. */
export function findMissingFiles(pages: readonly SourceFile[], known: readonly string[]): string[] {
  const exists = (page: string, name: string): boolean =>
    [name, posix.join(posix.dirname(page), name)].some((path) => known.includes(path)) ||
    known.some((path) => path.endsWith(`/${name}`))
  return pages.flatMap(({ path, text }) => {
    const named = [...text.matchAll(CODE_SPAN)].filter(({ 1: name = '' }) => !EXAMPLES.test(name))
    const linked = [...text.matchAll(LINK)].filter(({ 1: name = '' }) => !known.includes(posix.join(posix.dirname(path), name)))
    return [
      ...named
        .filter(({ 1: name = '' }) => !exists(path, name))
        .map(({ 1: name = '', index }) => `${path}:${lineAt(text, index)}: there is no file ${name}`),
      ...linked
        .filter(({ 1: name = '' }) => !existsSync(posix.join(posix.dirname(path), name)))
        .map(({ 1: name = '', index }) => `${path}:${lineAt(text, index)}: the link ${name} leads to no file`),
    ]
  })
}

if (import.meta.main) {
  const exclude = (path: string): boolean => path.includes('node_modules')
  const folders = '{core,schema,gateway,testing,tests,plugins,docs}'
  const known = globSync([`${folders}/**/*`, '*'], { exclude }).map((path) => path.replaceAll('\\', '/'))
  reportFaults(findMissingFiles(await readSources('md'), known))
}
