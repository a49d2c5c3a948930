import { selectValue } from '../pins/index.ts'
import type { ExecutionEvent } from './events.ts'
import type { PlanLink } from './plan/index.ts'

/** Returns the value that the link takes from an event of the journal. */
export function takeValue(event: ExecutionEvent, { steps }: PlanLink): unknown {
  const value = event.type === 'NodeOutput' ? event.value : event.type === 'NodeFinished' ? event.error?.message : undefined
  return steps.length === 0 ? value : selectValue(value, steps)
}
