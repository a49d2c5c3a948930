/** A position in the source of a plugin: a path relative to the package, with line and column counted from 1. */
export interface SourcePosition {
  file: string
  line: number
  column: number
}

/** The position in the source of its plugin at which a block threw. */
export interface LocatedStack {
  position: SourcePosition
  /** One line for each frame of the plugin's code, the innermost first: `at run (src/say.ts:5:78)`. */
  stack: string
}
