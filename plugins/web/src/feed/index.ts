export { parseFeed } from './parse-feed.ts'
export { readFeed } from './read-feed.ts'
export { readRssFeed } from './read-rss-feed.ts'
