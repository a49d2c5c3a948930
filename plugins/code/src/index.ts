import { definePlugin } from '@ashlar/sdk'
import { executeCode } from './execute-code.ts'
import { runJavascript } from './run-javascript.ts'

export default definePlugin({ name: 'code', icon: 'square-code', isolated: true, blocks: [runJavascript, executeCode] })
