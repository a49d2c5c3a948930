import type { Workload } from '../context.ts'
import { agent } from './agent.ts'
import { breakdown } from './breakdown.ts'
import { burst } from './burst.ts'
import { catalogue } from './catalogue.ts'
import { chain10Fib33 } from './chain-10-fib33.ts'
import { chain40 } from './chain-40.ts'
import { fanOut200 } from './fan-out.ts'
import { jwt } from './jwt.ts'
import { loopOfItems } from './loop.ts'
import { history } from './history.ts'
import { interchange } from './interchange.ts'
import { neighbours } from './neighbours.ts'
import { plugins } from './plugins.ts'
import { queries } from './queries.ts'
import { rows } from './rows.ts'
import { sandbox } from './sandbox.ts'
import { viewer } from './viewer.ts'
import { streamedToken } from './streamed-token.ts'
import { waiting } from './waiting.ts'

/** The workloads, in the order in which they run. */
export const WORKLOADS: readonly Workload[] = [
  chain40,
  chain10Fib33,
  burst,
  fanOut200,
  loopOfItems,
  agent,
  streamedToken,
  waiting,
  history,
  plugins,
  neighbours,
  catalogue,
  queries,
  interchange,
  jwt,
  viewer,
  rows,
  sandbox,
  breakdown,
]
