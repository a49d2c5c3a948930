export { toMarkdown } from './to-markdown.ts'
export { cleanHtml } from './clean-html.ts'
export { htmlToMarkdown } from './html-to-markdown.ts'
export { htmlToText } from './html-to-text.ts'
