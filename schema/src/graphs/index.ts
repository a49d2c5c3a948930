import './mutations.ts'

import './graph.ts'
import './version.ts'
