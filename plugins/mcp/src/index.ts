import { definePlugin } from '@ashlar/sdk'
import { callTool } from './call-tool.ts'

export default definePlugin({ name: 'mcp', icon: 'wrench', blocks: [callTool] })
