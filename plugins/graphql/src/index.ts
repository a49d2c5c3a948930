import { definePlugin } from '@ashlar/sdk'
import { pages } from './pages.ts'
import { request } from './request.ts'

export default definePlugin({ name: 'graphql', icon: 'share-2', blocks: [request, pages] })
