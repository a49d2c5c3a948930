/** The result of the use of a package. */
export interface PackageResult {
  name: string
  version: string
  /** The position in the list of downloads, from 1. */
  rank: number
  /** Of the error; undefined if the package runs. */
  message?: string
}

const REMARKS: Readonly<Record<string, string>> = {
  axios: "Use `axios.create({ adapter: 'fetch', env: { fetch: context.fetch, Request, Response } })`.",
  'fast-deep-equal': 'Import `fast-deep-equal/es6`, which compares maps and sets.',
  'form-data': 'Is the `FormData` of the web platform, as in browsers.',
  keyv: 'Keeps values in memory, so until the context ends. `context.storage` keeps them permanently.',
  punycode: 'Import `punycode/`: without the slash, the name means the module of Node.',
  'readable-stream': 'Is also what `node:stream` gives.',
}

/** The table of the page, in the format of the formatter. */
export function packageTable(results: readonly PackageResult[]): string {
  const rows = results
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name, version, rank, message }) => [
      String(rank),
      `\`${name}\``,
      version,
      message === undefined ? 'runs' : 'fails',
      message ?? REMARKS[name] ?? '',
    ])
  const table = [['rank', 'package', 'version', 'result', 'remark'], ...rows]
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...table.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string => `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = table
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n')
}

const TABLE = /(?<=<!-- table -->\n\n)[^]*?(?=\n\n<!-- end -->)/

export function replaceTable(page: string, table: string): string {
  return page.replace(TABLE, () => table)
}
