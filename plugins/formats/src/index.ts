import { definePlugin } from '@ashlar/sdk'
import { parseIcs, writeIcs } from './calendar/index.ts'
import { parseVcard, writeVcard } from './contacts/index.ts'
import { parseIni, parseToml, parseYaml, writeIni, writeToml, writeYaml } from './configuration/index.ts'

export default definePlugin({
  name: 'formats',
  icon: 'file-code',
  blocks: [parseYaml, writeYaml, parseToml, writeToml, parseIni, writeIni, parseIcs, writeIcs, parseVcard, writeVcard],
})
