import { definePlugin } from '@ashlar/sdk'
import { authenticatedRequest } from './authenticated-request.ts'
import { host } from './host.ts'
import { pages } from './pages/index.ts'
import { request } from './request.ts'
import { webRequest } from './web-request/index.ts'

export default definePlugin({
  name: 'http',
  icon: 'globe',
  providers: [host],
  blocks: [request, authenticatedRequest, pages, webRequest],
})
