export { showModel, toModelError } from './errors.ts'
export { callApi, readJson } from './call-api.ts'
export { reportUsage, TextModel } from './generate.ts'
export { connect, embeddingModel, languageModel, openModel } from './open-model.ts'
export {
  answerPins,
  messageSchema,
  MODEL_TIMEOUT_MS,
  modelPins,
  ollamaHostPin,
  promptValuesPin,
  retryPin,
  sentPin,
  systemPin,
} from './pins.ts'
export { priceOf } from './prices.ts'
export { assertComplete, readAnswer } from './read-answer.ts'
export { toTokens } from './tokens.ts'
export { fillTemplate, parseMessages, toPrompt } from './prompt.ts'
export { anthropic, capabilitiesFor, google, MODEL_CAPABILITIES, openaiCompatible } from './providers.ts'
export type { Message } from './prompt.ts'
export type { Asked } from './errors.ts'
export type { Connection } from './open-model.ts'
export type { Answer, RequestedCall } from './read-answer.ts'
