/** A box of code in Markdown: its language and what else its first line says, ` ```ts file=src/a.ts `. */
export interface CodeBox {
  language: string
  facts: Record<string, string>
  text: string
  /** Of its first line of code, from 1. */
  line: number
}

/** The boxes of code of a page, in order. */
export function codeBoxes(markdown: string): CodeBox[] {
  return Array.from(
    markdown.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm),
    ({ 1: language = '', 2: info = '', 3: text = '', index }) => {
      const facts = Object.fromEntries(Array.from(info.matchAll(/([\w-]+)=(\S+)/g), ([, name = '', value = '']) => [name, value]))
      return { language, facts, text, line: markdown.slice(0, index).split('\n').length + 1 }
    },
  )
}
