import { lineAt, readSources, reportFaults, type SourceFile } from './source-files.ts'

/*
 * Counts words that plain technical English does not need: pronouns without an actor and figures of speech ("somebody",
 * "tells", "stands"). A text may contain a few, for example in data of a test. Prints the places when there are more
 * than LIMIT in 10 000 words of comments, texts, documentation and the SDL. It also reports lines of comments and
 * documentation that are longer than MAX_LINE.
 */

const MARKED =
  /\b(?:nobody|somebody|whoever|meanwhile|tells?|told|stands?|stood|lies|hears?|(?:is|are|was|were|be) had|one that is)\b(?!-)/gi
/** In 10 000 words: the rate of the projects whose documentation is our model. */
const LIMIT = 2
const MAX_LINE = 120

interface MarkedWord {
  readonly path: string
  readonly line: number
  readonly word: string
}

/** The marked words of the prose of these files, and the number of all words. */
export function countMarkedWords(files: readonly SourceFile[]): { marked: MarkedWord[]; words: number } {
  const marked: MarkedWord[] = []
  let words = 0
  for (const { path, text } of files)
    for (const { index, prose } of findProse(path, text)) {
      words += prose.match(/\p{L}+/gu)?.length ?? 0
      for (const match of prose.matchAll(MARKED)) marked.push({ path, line: lineAt(text, index + match.index), word: match[0] })
    }
  return { marked, words }
}

/** Comments and text literals of code, with the words of identifiers apart; all of other files. */
function* findProse(path: string, text: string): Generator<{ index: number; prose: string }> {
  if (!path.endsWith('.ts')) return yield { index: 0, prose: text }
  for (const { 0: prose, index } of text.matchAll(CODE)) yield { index, prose: /^\w/.test(prose) ? splitName(prose) : prose }
}

const CODE = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\b[a-z]+[A-Z]\w*/g

/** `toldError` → `told Error` */
function splitName(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
}

const UNBREAKABLE = /`[^`]{60,}`|https?:\/\/\S{60,}/g

/** Lines of prose that are too long. Tables, code and long links or code spans cannot be wrapped. */
export function findLongLines(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const isCode = codeLines(path, text)
    return text.split('\n').flatMap((line, index) => {
      if (line.replaceAll(UNBREAKABLE, '').length <= MAX_LINE || isCode(line, index)) return []
      return [`${path}:${index + 1}: a line of prose has ${line.length} characters; the limit is ${MAX_LINE}`]
    })
  })
}

function codeLines(path: string, text: string): (line: string, index: number) => boolean {
  if (!path.endsWith('.md')) return (line) => !/^\s*(?:\/\/|\/?\*)/.test(line)
  let fenced = false
  const inFence = text.split('\n').map((line) => {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced
    return fenced
  })
  return (line, index) => line.trimStart().startsWith('|') || inFence[index] === true
}

if (import.meta.main) {
  const files = [...(await readSources('{ts,md}')), ...(await readSources('graphql'))]
  const { marked, words } = countMarkedWords(files)
  const rate = (marked.length / words) * 10_000
  const places = marked.map(({ path, line, word }) => `${path}:${line}: "${word}"`)
  const summary = `${marked.length} marked words in ${words}, ${rate.toFixed(1)} in 10 000; the limit is ${LIMIT}. Name the actor and say what it does.`
  const tooMany = rate > LIMIT ? [...places, summary] : []
  reportFaults([...tooMany, ...findLongLines(files)])
}
