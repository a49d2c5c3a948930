/** A fenced code block in Markdown, with its language and the attributes of its first line: ` ```ts file=src/a.ts `. */
export interface CodeBox {
  language: string
  facts: Record<string, string>
  text: string
  /** The number of its first line of code, from 1. */
  line: number
}

/** Returns the fenced code blocks of a page, in order. */
export function codeBoxes(markdown: string): CodeBox[] {
  return Array.from(
    markdown.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm),
    ({ 1: language = '', 2: info = '', 3: text = '', index }) => {
      const facts = Object.fromEntries(Array.from(info.matchAll(/([\w-]+)=(\S+)/g), ([, name = '', value = '']) => [name, value]))
      return { language, facts, text, line: markdown.slice(0, index).split('\n').length + 1 }
    },
  )
}
