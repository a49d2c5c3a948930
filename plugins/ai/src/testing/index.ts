export { answered, chat, KEY, refused } from './openai.ts'
