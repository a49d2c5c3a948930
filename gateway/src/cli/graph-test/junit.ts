import type { FileResult } from './run-file.ts'

/** Formats results as JUnit XML, which continuous integration systems read. Times are in seconds. */
export function toJUnit(files: readonly FileResult[]): string {
  const suites = files.map(({ path, cases }) => {
    const failures = cases.filter(({ failure }) => failure !== undefined).length
    const lines = cases.map(({ name, ms, failure }) => {
      const open = `    <testcase name="${escape(name)}" classname="${escape(path)}" time="${toSeconds(ms)}"`
      if (failure === undefined) return `${open}/>`
      const [first = ''] = failure.split('\n')
      return `${open}>\n      <failure message="${escape(first)}">${escape(failure)}</failure>\n    </testcase>`
    })
    const time = toSeconds(cases.reduce((sum, { ms }) => sum + ms, 0))
    const attributes = `name="${escape(path)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="${time}"`
    return [`  <testsuite ${attributes}>`, ...lines, '  </testsuite>'].join('\n')
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n')
}

function toSeconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
/** Characters that XML 1.0 does not allow, even as a reference. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

function escape(text: string): string {
  return text.replaceAll(FORBIDDEN, '\u{FFFD}').replaceAll(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character)
}
