/**
 * The changes of what callers may do that this process knows, in order. A subject is `user <id>`, `key <id>` or
 * `session <hash>`.
 */
export class AccessChanges {
  readonly #maxSubjects: number
  /** The number of the last change of each subject; the one that changed last is the last entry. */
  readonly #changes = new Map<string, number>()
  /** Each subject may have changed until this change. */
  #floor = 0
  #last = 0

  constructor(maxSubjects = 10_000) {
    this.#maxSubjects = maxSubjects
  }

  /** The number of the last change. */
  get last(): number {
    return this.#last
  }

  record(subject: string): void {
    this.#changes.delete(subject)
    this.#changes.set(subject, ++this.#last)
    for (const [oldest, change] of this.#changes) {
      if (this.#changes.size <= this.#maxSubjects) return
      this.#changes.delete(oldest)
      this.#floor = change
    }
  }

  /** Call it after changes may have been missed. */
  recordAll(): void {
    this.#changes.clear()
    this.#floor = ++this.#last
  }

  /** Whether one of the subjects may have changed after a change. */
  isAfter(change: number, subjects: readonly string[]): boolean {
    return this.#floor > change || subjects.some((subject) => (this.#changes.get(subject) ?? 0) > change)
  }
}
