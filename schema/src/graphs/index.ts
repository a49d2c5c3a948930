import './mutations.ts'
import './graph.ts'
import './compatibility.ts'
import './version.ts'
