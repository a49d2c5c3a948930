import { defineBlock, fromInput } from '@ashlar/sdk'
import parseRobots from 'robots-parser'
import { z } from 'zod'
import { fetchText, urlPin } from '../document/index.ts'

const ROBOTS = 'User-agent: *\nDisallow: /private\nAllow: /private/open\nCrawl-delay: 2\nSitemap: https://a.example/map.xml'

export const checkRobots = defineBlock({
  id: '0a13f2f3-fdf5-4278-a2d4-1327e1d51244',
  name: 'check-robots',
  description: 'Check whether the robots.txt of a site allows a robot to read an address.',
  category: 'WEB',
  icon: 'bot',
  synonyms: ['robots.txt', 'crawler', 'crawl permission', 'disallow', 'crawl delay', 'scrape allowed'],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  onCrash: 'retry',
  input: z.object({
    url: urlPin,
    agent: z.string().default('*').describe('The name of the robot. "*" for the rules for all robots.'),
  }),
  output: z.object({
    allowed: z.boolean().describe('Whether the robot may read the address. True if the site has no robots.txt.'),
    url: z.string().describe('The address, if the robot may read it.'),
    crawl_delay: z.number().describe('The seconds to wait between two requests, or 0.'),
    sitemaps: z.array(z.string()).describe('The addresses of the sitemaps that the file names.'),
  }),
  tests: [
    {
      input: { url: 'https://a.example/private/x' },
      http: { 'GET https://a.example/robots.txt': { text: ROBOTS } },
      output: [
        ['allowed', false],
        ['crawl_delay', 2],
        ['sitemaps', ['https://a.example/map.xml']],
      ],
    },
    {
      input: { url: 'https://a.example/private/open', agent: 'Bot' },
      http: { 'GET https://a.example/robots.txt': { text: ROBOTS } },
      output: [
        ['allowed', true],
        ['url', 'https://a.example/private/open'],
        ['crawl_delay', 2],
        ['sitemaps', ['https://a.example/map.xml']],
      ],
    },
    {
      name: 'a site without a robots.txt allows everything',
      input: { url: 'https://a.example/' },
      http: { 'GET https://a.example/robots.txt': { status: 404 } },
      output: [
        ['allowed', true],
        ['url', 'https://a.example/'],
        ['crawl_delay', 0],
        ['sitemaps', []],
      ],
    },
    {
      input: { url: 'https://a.example/' },
      http: { 'GET https://a.example/robots.txt': { status: 503 } },
      output: [
        ['error', 'url: "https://a.example/robots.txt" answered with the status 503; check the address, or try again later'],
      ],
    },
    { input: { url: 'a' }, output: [['error', 'url must start with http:// or https://, got "a"']] },
  ],
  async *run({ url, agent }, context) {
    const place = /^https?:/i.test(url) ? URL.parse('/robots.txt', url)?.href : undefined
    // RFC 9309, 2.3.1.3: every status from 400 to 499 means that there are no rules.
    const allowed = Array.from({ length: 100 }, (_, i) => 400 + i)
    const { status, text } = await fetchText(place ?? url, 'text/plain,*/*;q=0.5', context, { allowed })
    const rules = parseRobots(place ?? url, status >= 400 ? '' : text)
    const isAllowed = rules.isAllowed(url, agent) ?? true
    yield ['allowed', isAllowed]
    if (isAllowed) yield ['url', url]
    yield ['crawl_delay', rules.getCrawlDelay(agent) ?? 0]
    yield ['sitemaps', rules.getSitemaps()]
  },
})
