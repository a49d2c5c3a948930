export { extractWebsiteContent } from './extract-website-content.ts'
export { jina } from './provider.ts'
export { searchTheWeb } from './search-the-web.ts'
