// Selector texts of a document: parsed, with faults at their very characters where those can be found.

import type { PodMatch } from '../../../src/ir/types.ts'
import { complain, type Place, spanOf } from '../../../src/schema/place.ts'
import { podMatches } from './match.ts'
import { parseSelector, type SelectorTree } from './selectorText.ts'

/** More characters than this the API server rejects since v3.32; older ones know no limit. */
const maxLength = 1024

/** Where a selector stands, which decides whether `global()` may be in it. */
export type SelectorRole = 'entity namespaceSelector' | 'other'

/** The tree of a selector text; undefined after reporting that it is not valid. */
export function readSelectorText(
  written: string,
  role: SelectorRole,
  place: Place,
): SelectorTree | undefined {
  const parsed = parseSelector(written)
  if (!parsed.ok) {
    const { at, message, help } = parsed.fault
    const finding = { message: `selector: ${message}`, ...(help === undefined ? {} : { help }) }
    complain(place, 'NP2017', { ...finding, within: characterSpan(written, at, place) })
    return undefined
  }
  if (written.length > maxLength) {
    const message = `the selector has ${written.length} characters, more than ${maxLength}`
    const help = 'Calico takes it up to v3.31 only; split the policy'
    complain(place, 'NP2017', { severity: 'warning', message, help })
  }
  const { tree } = parsed
  const isAlone = tree.kind === 'global'
  if (hasGlobal(tree) && !(role === 'entity namespaceSelector' && isAlone)) {
    complain(place, 'NP2017', {
      message:
        role === 'other'
          ? '"global()" may only stand in the namespaceSelector of a source or destination'
          : '"global()" cannot be combined with other tests',
      help: 'write it alone, as a namespaceSelector',
    })
    return undefined
  }
  return tree
}

/** The pods that a tree selects; empty after reporting that it cannot be carried over. */
export function readPods(tree: SelectorTree, place: Place): readonly PodMatch[] {
  const result = podMatches(tree)
  if (result.ok) return result.matches
  complain(place, 'NP2021', { message: result.fault })
  return []
}

function hasGlobal(tree: SelectorTree): boolean {
  switch (tree.kind) {
    case 'global':
      return true
    case 'not':
      return hasGlobal(tree.of)
    case 'and':
    case 'or':
      return tree.of.some(hasGlobal)
    default:
      return false
  }
}

/** The character itself, where the text stands in the document as it is; else the whole text. */
function characterSpan(
  written: string,
  at: number,
  place: Place,
): { start: number; end: number } | undefined {
  const { source, start, end } = spanOf(place)
  const shown = source.text.slice(start, end)
  const from = shown.indexOf(written)
  if (from < 0 || written === '') return undefined
  const first = start + from + Math.min(at, written.length - 1)
  return { start: first, end: first + 1 }
}
