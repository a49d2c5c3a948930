import { definePlugin } from '@ashlar/sdk'
import { buildUrl, parseUrl } from './address/index.ts'
import { cleanHtml, htmlToMarkdown, htmlToText } from './convert/index.ts'
import { parseFeed, readFeed, readRssFeed } from './feed/index.ts'
import { extractLinks, extractRows, pageMetadata, readArticle, readPage, readTable, select, selectXpath } from './page/index.ts'
import { checkRobots, readSitemap } from './site/index.ts'

export default definePlugin({
  name: 'web',
  icon: 'globe',
  // A document of 4 Mi characters takes about 300 MB.
  memoryMb: 512,
  blocks: [
    readPage,
    readArticle,
    select,
    extractRows,
    readTable,
    extractLinks,
    pageMetadata,
    selectXpath,
    htmlToText,
    htmlToMarkdown,
    cleanHtml,
    readFeed,
    parseFeed,
    readRssFeed,
    readSitemap,
    checkRobots,
    parseUrl,
    buildUrl,
  ],
})
