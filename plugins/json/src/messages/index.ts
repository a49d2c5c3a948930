export { messageOf, show } from './show.ts'
