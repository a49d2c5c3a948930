/** The block that runs another graph. */
export const AGENT_EXECUTOR = 'e189baac-8c20-45a1-94a7-55177ea42565'
/** The input block with a list of choices. */
export const DROPDOWN = '655d6fdf-a334-421c-b733-520549c07cd1'

/** Output pins that have another name now, by block. */
export const RENAMED_OUTPUTS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['d3a7d896-3b78-4f44-8b4b-48fbf4f0bcd8', { json: 'json_code' }],
])
