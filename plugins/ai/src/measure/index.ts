export { countTokens } from './count-tokens.ts'
export { embed } from './embed.ts'
export { moderate } from './moderate.ts'
