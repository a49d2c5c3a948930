import type { Node } from './tree.ts'

/** Returns the minimum and maximum number of characters that a node matches. @param bodies the groups, by number */
export function measureWidth(node: Node, bodies: ReadonlyMap<number, Node>): [min: number, max: number] {
  switch (node.type) {
    case 'set':
      return [1, 1]
    case 'anchor':
    case 'look':
      return [0, 0]
    case 'group':
    case 'atomic':
      return measureWidth(node.body, bodies)
    case 'reference': {
      const body = bodies.get(node.group)
      return body ? measureWidth(body, bodies) : [0, Infinity]
    }
    case 'sequence': {
      const widths = node.items.map((item) => measureWidth(item, bodies))
      return [sum(widths.map(([min]) => min)), sum(widths.map(([, max]) => max))]
    }
    case 'choice': {
      const widths = node.branches.map((branch) => measureWidth(branch, bodies))
      return [Math.min(...widths.map(([min]) => min)), Math.max(...widths.map(([, max]) => max))]
    }
    case 'repeat': {
      const [min, max] = measureWidth(node.body, bodies)
      return [min * node.min, max === 0 || node.max === 0 ? 0 : max * node.max]
    }
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
