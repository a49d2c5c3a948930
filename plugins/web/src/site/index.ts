export { checkRobots } from './check-robots.ts'
export { readSitemap } from './read-sitemap.ts'
