import { definePlugin } from '@ashlar/sdk'
import { agent } from './agent/index.ts'
import { chat, summarize, text, translate } from './generate/index.ts'
import { countTokens, embed, moderate } from './measure/index.ts'
import { image, speak, transcribe } from './media/index.ts'
import { anthropic, google, openaiCompatible } from './model/index.ts'
import { classify, condition, extract, list, structured } from './structured/index.ts'

const texts = [text, chat, structured, list, summarize, condition, extract, classify, translate]
const others = [embed, image, transcribe, speak, moderate, countTokens]

export default definePlugin({
  name: 'ai',
  icon: 'sparkles',
  providers: [openaiCompatible, anthropic, google],
  blocks: [agent, ...texts, ...others],
})
