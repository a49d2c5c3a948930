import type { selectValue } from '../pins/index.ts'

/** What a scheduler keeps, and how it reads values. */
export interface SchedulerOptions {
  /**
   * Returns the part of a value that a link passes on; undefined if there is none. A caller whose events carry
   * references instead of values selects from the references. @default selectValue
   */
  select?: typeof selectValue
  /**
   * Whether to keep node executions that have ended. A driver does not need them, and an execution may have millions.
   * @default true
   */
  retains?: boolean
  /** Whether to keep loops that have ended. @default retains */
  retainsLoops?: boolean
  /**
   * The maximum length of the collections in memory, as JSON text. A collection that exceeds it keeps the `seq` of its
   * values and becomes a `GatheredList`. @default none
   */
  maxGatheredChars?: number
}
