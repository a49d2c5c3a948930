import { definePlugin } from '@ashlar/sdk'
import { request } from './request.ts'

export default definePlugin({ name: 'http', blocks: [request] })
