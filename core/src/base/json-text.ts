import { parseJson } from '@ashlar/sdk/json'

/** A JSON value as its text. A response contains the text as it is, which costs less than parsing and writing it. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Returns the value, for `JSON.stringify`. */
  toJSON(): unknown {
    return parseJson(this.text)
  }
}
