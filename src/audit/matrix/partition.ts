// Cuts addresses into the largest groups that are treated alike, as sources and as destinations.
import { type Bound, type Diagram, everything, nothing } from '../../algebra/diagram.ts'
import type { Packets } from '../../proof/packets.ts'

/** Addresses, ends included. */
export interface Block {
  readonly from: Bound
  readonly to: Bound
}

export interface Partition {
  readonly groups: readonly (readonly Block[])[]
  /** Pairs of groups (by their places) that can talk; all others cannot. */
  readonly pairs: readonly {
    readonly from: number
    readonly to: number
    readonly answer: 'allowed' | 'depends'
  }[]
}

/** Sets of packets of which only their addresses matter. */
export interface Answers {
  readonly allowed: Diagram
  readonly depends: Diagram
}

/** More work than this is not worth a picture that nobody can look at. */
const maxCells = 20_000_000
const maxGroups = 500

/** Null where there would be too many groups. */
export function partition(answers: Answers, packets: Packets): Partition | null {
  const columns = cut([answers.allowed, answers.depends], 'destination', packets)
  const kinds = new Map(columns.map(({ children }) => [children.join(), children]))
  const rows = cut([...new Set([...kinds.values()].flat())], 'source', packets)
  if (rows.length * kinds.size > maxCells) return null
  const sources = new Map(rows.map((row) => [row.children.join(), row.children]))
  const groups = overlay(columns, rows)
  if (groups.length > maxGroups) return null
  const children = [...new Set([...kinds.values()].flat())]
  const indexOf = new Map(children.map((child, index) => [child, index]))
  const holds = (source: string, set: Diagram | undefined): boolean =>
    set !== undefined && sources.get(source)?.[indexOf.get(set) ?? -1] === everything
  const pairs = groups.flatMap(({ source }, from) =>
    groups.flatMap(({ destination }, to): Partition['pairs'] => {
      const [allowed, depends] = kinds.get(destination) ?? []
      if (holds(source, allowed)) return [{ from, to, answer: 'allowed' }]
      return holds(source, depends) ? [{ from, to, answer: 'depends' }] : []
    }),
  )
  return { groups: groups.map(({ blocks }) => blocks), pairs }
}

/** A stretch of addresses, and where each set goes on for it. */
interface Stretch extends Block {
  readonly children: readonly Diagram[]
}

/** The stretches of one variable in which no set changes. */
function cut(
  sets: readonly Diagram[],
  variable: 'source' | 'destination',
  packets: Packets,
): readonly Stretch[] {
  const index = packets.indexOf(variable)
  const known = packets.store.variables[index]
  if (known?.domain !== 'number') return []
  const nodes = sets.map((set) => {
    const branches = packets.store.branches(set)
    return branches?.kind === 'number' && branches.variable === index
      ? branches
      : { starts: [known.first], children: [set] }
  })
  const starts = [...new Set(nodes.flatMap((node) => [...node.starts]))].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  )
  const places = nodes.map(() => 0)
  return starts.map((from, at) => {
    const children = nodes.map((node, which) => {
      let place = places[which] ?? 0
      for (let next = node.starts[place + 1]; next !== undefined && next <= from; ) {
        place += 1
        next = node.starts[place + 1]
      }
      places[which] = place
      return node.children[place] ?? nothing
    })
    return { from, to: endBefore(starts[at + 1], known.last), children }
  })
}

function least(a: Bound, b: Bound): Bound {
  const [first] = [a, b].sort((one, other) => (one < other ? -1 : 1))
  return first ?? a
}

function greatest(a: Bound, b: Bound): Bound {
  return least(a, b) === a ? b : a
}

function endBefore(next: Bound | undefined, last: Bound): Bound {
  if (next === undefined) return last
  return typeof next === 'bigint' ? next - 1n : next - 1
}

interface Group {
  readonly destination: string
  readonly source: string
  readonly blocks: Block[]
}

/** Addresses that are alike in both roles. */
function overlay(columns: readonly Stretch[], rows: readonly Stretch[]): readonly Group[] {
  const groups = new Map<string, Group>()
  let [i, j] = [0, 0]
  for (;;) {
    const [column, row] = [columns[i], rows[j]]
    if (column === undefined || row === undefined) return [...groups.values()]
    const from = greatest(column.from, row.from)
    const to = least(column.to, row.to)
    add(groups, column.children.join(), row.children.join(), { from, to })
    if (column.to <= to) i += 1
    if (row.to <= to) j += 1
  }
}

function add(groups: Map<string, Group>, destination: string, source: string, block: Block): void {
  const key = `${destination} ${source}`
  const known = groups.get(key)
  if (known === undefined) {
    groups.set(key, { destination, source, blocks: [block] })
    return
  }
  const last = known.blocks.at(-1)
  const isNext = last !== undefined && endBefore(block.from, block.from) === last.to
  if (isNext) known.blocks[known.blocks.length - 1] = { from: last.from, to: block.to }
  else known.blocks.push(block)
}
