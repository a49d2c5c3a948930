export { answered, chat, KEY, refused, WRONG_KEY } from './openai.ts'
