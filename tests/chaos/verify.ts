import { isFinal, type JournalEvent, type Runtime } from '@ashlar/core'
import { readEvents } from '@ashlar/core/testing'

/** An execution that was accepted. */
export interface Started {
  kind: 'pure' | 'once' | 'again'
  id: string
  /** The storage key of its effect. */
  key: string
}

export interface Verdict {
  executions: number
  completed: number
  /** Executions that FAILED with EFFECT_INTERRUPTED, as the policy `fail` specifies. */
  interrupted: number
  effects: number
  /** Effects that happened more than once, as the policy `retry` allows. */
  repeatedAllowed: number
  /** Violated invariants, one sentence each. */
  faults: string[]
}

/**
 * Checks that every execution ended exactly once, and that its journal is complete, its outputs are correct and no
 * effect is repeated.
 */
export async function verify(runtime: Runtime, ownerId: string, started: Started[]): Promise<Verdict> {
  const verdict: Verdict = {
    executions: started.length,
    completed: 0,
    interrupted: 0,
    effects: 0,
    repeatedAllowed: 0,
    faults: [],
  }
  for (const each of started) {
    const execution = await runtime.executions.get(ownerId, each.id)
    const events = await readEvents(runtime, each.id)
    const fault = (text: string): void => void verdict.faults.push(`${each.kind} ${each.id} (${execution.status}): ${text}`)
    checkJournal(events, execution.status, fault)
    if (execution.status === 'COMPLETED') verdict.completed++
    if (execution.reason?.code === 'EFFECT_INTERRUPTED') verdict.interrupted++
    else if (execution.status === 'FAILED') fault(`failed with ${JSON.stringify(execution.reason)}`)
    if (each.kind === 'pure') checkPure(execution, fault)
    else await checkEffect(runtime, ownerId, each, execution, verdict, fault)
  }
  return verdict
}

type Outcome = { status: string; outputs: Record<string, unknown[]> }

function checkJournal(events: JournalEvent[], status: string, fault: (text: string) => void): void {
  if (!isFinal(status as 'QUEUED')) fault('has not ended')
  events.forEach(({ seq }, i) => {
    if (seq !== i + 1) fault(`event ${i + 1} has seq ${seq}`)
  })
  const ends = events.filter(({ type }) => type === 'ExecutionFinished')
  if (ends.length !== 1 || events.at(-1)?.type !== 'ExecutionFinished') fault(`has ${ends.length} ends`)
}

function checkPure({ status, outputs }: Outcome, fault: (text: string) => void): void {
  const doubled = (outputs.doubled ?? []).toSorted((a, b) => Number(a) - Number(b))
  if (status !== 'COMPLETED' || JSON.stringify(doubled) !== '[2,4,6,8,10]') fault(`returned ${JSON.stringify(outputs)}`)
}

async function checkEffect(
  { database }: Runtime,
  ownerId: string,
  { kind, key }: Started,
  { status, outputs }: Outcome,
  verdict: Verdict,
  fault: (text: string) => void,
): Promise<void> {
  const query = `select value from block_storage where owner_id = $1 and scope = 'user' and key = $2`
  const { rows } = await database.pool.query<{ value: number }>(query, [ownerId, key])
  const count = rows[0]?.value ?? 0
  verdict.effects += count
  if (kind === 'once' && count > 1) fault(`its effect happened ${count} times`)
  if (kind === 'again' && count > 1) verdict.repeatedAllowed++
  if (status !== 'COMPLETED') return
  if (count === 0) fault('completed without its effect')
  if (outputs.count?.length !== 1) fault(`returned ${JSON.stringify(outputs)}`)
}
