export { answered, chat, KEY, WRONG_KEY } from './openai.ts'
