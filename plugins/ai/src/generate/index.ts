export { chat } from './chat.ts'
export { summarize } from './summarize.ts'
export { text } from './text.ts'
export { translate } from './translate.ts'
