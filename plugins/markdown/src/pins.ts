import { z } from 'zod'

export const markdownPin = z.string().meta({
  title: 'Markdown',
  description: 'A Markdown text, in the dialect of GitHub.',
  examples: ['# Title\n\nSome **bold** text.'],
})

/** A longer text takes more than a few seconds of CPU time. */
const MAX_CHARACTERS = 4 * 2 ** 20

/** @throws {Error} when the text is longer than 4 Mi characters */
export function checkLength(markdown: string): void {
  if (markdown.length > MAX_CHARACTERS)
    throw new Error(`markdown must have at most ${MAX_CHARACTERS} characters, got ${markdown.length}`)
}
