export { readRssFeed } from './read-rss-feed.ts'
