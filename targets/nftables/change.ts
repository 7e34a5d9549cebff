// The smallest change from one netpolc.nft to the next, as one transaction: elements of sets and maps, rules
// of the chains that differ. It takes hold only where exactly the old version is loaded, because it begins
// by taking away the chain that names that version.
import { type ChangeNode, notOurs } from '../../src/firewall/change.ts'

const fileName = 'netpolc.nft'

/** The change of one node. */
export const changeNode: ChangeNode = (folder, before, after) => {
  const [old, next] = [before, after].map((files) => readTable(files.get(fileName) ?? ''))
  const path = `${folder}/${fileName}`
  if (!old || !next) return { kind: 'refused', path, reason: notOurs }
  if (old.version === next.version) return { kind: 'change', files: [] }
  const lines = changeTable(old, next)
  if (lines === null) return { kind: 'refused', path, reason: 'a set is of another type now' }
  return {
    kind: 'change',
    files: [{ path: `${folder}/change.nft`, text: `${lines.join('\n')}\n` }],
  }
}

/** An object of the table: `head` holds what cannot change, such as types, `items` the rest. */
interface TableObject {
  readonly kind: 'set' | 'map' | 'chain'
  readonly name: string
  readonly head: readonly string[]
  /** Elements or rules. */
  readonly items: readonly string[]
}

interface NftTable {
  readonly version: string
  readonly objects: ReadonlyMap<string, TableObject>
}

/** The objects of a file; null where it holds lines that netpolc does not write. */
function readTable(text: string): NftTable | null {
  const objects = new Map<string, TableObject>()
  let open: { kind: TableObject['kind']; name: string; head: string[]; items: string[] } | null =
    null
  let inElements = false
  let version: string | null = null
  for (const line of text.split('\n').slice(text.startsWith('#') ? 2 : 0)) {
    const bare = line.trim()
    const [, kind, name] = /^\t(set|map|chain) (\S+) \{$/.exec(line) ?? []
    if (open === null) {
      if (kind !== undefined && name !== undefined) {
        open = { kind: kindOf(kind), name, head: [], items: [] }
      } else if (!frame.includes(bare)) return null
    } else if (line === '\t}') {
      if (open.name.startsWith('version-')) version = open.name
      else objects.set(`${open.kind} ${open.name}`, open)
      open = null
    } else if (bare === 'elements = {') inElements = true
    else if (line === '\t\t}') inElements = false
    else if (inElements) open.items.push(bare.replace(/,$/, ''))
    else if (open.kind === 'chain' && !bare.startsWith('type filter hook ')) open.items.push(bare)
    else open.head.push(bare)
  }
  return version === null || open !== null ? null : { version, objects }
}

/** What stands around the objects. */
const frame: readonly string[] = [
  '',
  'add table inet netpolc',
  'delete table inet netpolc',
  'table inet netpolc {',
  '}',
]

function kindOf(word: string): TableObject['kind'] {
  return word === 'set' || word === 'map' ? word : 'chain'
}

/** Null where an object would have to be another one under the same name. */
function changeTable(old: NftTable, next: NftTable): readonly string[] | null {
  const both = [...next.objects].flatMap(([key, own]) => {
    const before = old.objects.get(key)
    return before === undefined ? [] : [{ before, own }]
  })
  if (both.some(({ before, own }) => before.head.join('\n') !== own.head.join('\n'))) return null
  const fresh = [...next.objects].filter(([key]) => !old.objects.has(key)).map(([, one]) => one)
  const gone = [...old.objects].filter(([key]) => !next.objects.has(key)).map(([, one]) => one)
  const changed = both.filter(({ before, own }) => !isSame(before.items, own.items))
  const chains = changed.filter(({ own }) => own.kind === 'chain').map(({ own }) => own)
  const holders = changed.filter(({ own }) => own.kind !== 'chain')
  const isChain = ({ kind }: TableObject): boolean => kind === 'chain'
  const remove = (kind: TableObject['kind']): readonly string[] =>
    gone.filter((one) => one.kind === kind).map((one) => `delete ${at(one)}`)
  return [
    `# netpolc: nft -f this file; refused unless ${old.version} is loaded`,
    `delete chain inet netpolc ${old.version}`,
    `add chain inet netpolc ${next.version}`,
    ...fresh.map(declare),
    ...holders.flatMap(({ before, own }) =>
      elements('delete', own, without(before.items, own.items).map(keyOf)),
    ),
    ...holders.flatMap(({ before, own }) => elements('add', own, without(own.items, before.items))),
    ...fresh.filter((one) => !isChain(one)).flatMap((one) => elements('add', one, one.items)),
    ...[...chains, ...gone.filter(isChain)].map((one) => `flush ${at(one)}`),
    ...[...chains, ...fresh.filter(isChain)].flatMap(rules),
    ...(['map', 'chain', 'set'] as const).flatMap(remove),
  ]
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** Sets may have many thousands of elements. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return items.filter((item) => !known.has(item))
}

function at({ kind, name }: TableObject): string {
  return `${kind} inet netpolc ${name}`
}

function declare(one: TableObject): string {
  const head = one.head.map((line) => line.replace(/;?$/, ';')).join(' ')
  return `add ${at(one)}${head === '' ? '' : ` { ${head} }`}`
}

function rules({ name, items }: TableObject): readonly string[] {
  return items.map((rule) => `add rule inet netpolc ${name} ${rule}`)
}

function elements(
  verb: 'add' | 'delete',
  { name }: TableObject,
  items: readonly string[],
): readonly string[] {
  if (items.length === 0) return []
  return [`${verb} element inet netpolc ${name} {`, ...items.map((item) => `\t${item},`), '}']
}

/** An element without its comment: what tells it from others. */
function keyOf(element: string): string {
  return element.replace(/ comment "[^"]*"/, '')
}
