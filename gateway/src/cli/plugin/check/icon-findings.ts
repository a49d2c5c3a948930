import lucide from '@iconify-json/lucide/icons.json' with { type: 'json' }
import type { Block, Draft } from '@ashlar/core'
import { distance } from 'fastest-levenshtein'
import type { Positions } from '../draft/positions.ts'
import type { Finding } from './finding.ts'

const NAMES: ReadonlySet<string> = new Set([...Object.keys(lucide.icons), ...Object.keys(lucide.aliases)])
const MAX_SUGGESTED = 3

/** Finds icons that the Lucide set does not have, each once. */
export function findInIcons({ plugin }: Draft, positions: Positions): Finding[] {
  const unknown = Map.groupBy(
    plugin.blocks.filter(({ icon }) => !NAMES.has(icon)),
    ({ icon }) => icon,
  )
  return [...unknown].flatMap(([icon, [first, ...others]]) => (first ? describe(icon, first, others.length, positions) : []))
}

function describe(icon: string, block: Block, others: number, positions: Positions): Finding {
  const where = others === 0 ? block.qualifiedName : `${block.qualifiedName} and ${others} more`
  const near = suggestIcons(icon).map((name) => `"${name}"`)
  const advice = near.length > 0 ? `; similar icons: ${near.join(', ')}` : ''
  return {
    level: 'warning',
    code: 'ICON_UNKNOWN',
    position: positions.within(block, 'icon') ?? null,
    message: `${where}: there is no icon "${icon}" in the Lucide set (lucide.dev/icons), so editors show a box${advice}`,
  }
}

/** Names with the same words come first, then names with few other letters, if possible not the first one. */
function suggestIcons(icon: string): string[] {
  const words = icon.split('-').filter((word) => word.length > 2)
  const found = [...NAMES].flatMap((name) => {
    const letters = distance(icon, name)
    const shared = name.split('-').filter((word) => words.includes(word)).length
    const isNear = shared > 0 || letters <= Math.max(2, icon.length / 3)
    return isNear ? [{ name, score: letters - 4 * shared - (name[0] === icon[0] ? 0.5 : 0) }] : []
  })
  return found
    .toSorted((a, b) => a.score - b.score)
    .slice(0, MAX_SUGGESTED)
    .map(({ name }) => name)
}
