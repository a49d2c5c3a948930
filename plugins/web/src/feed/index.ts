export { parseFeed } from './parse-feed.ts'
export { readFeed } from './read-feed.ts'
