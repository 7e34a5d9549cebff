// The smallest change from the files of one compilation to those of the next: chains that differ are
// filled anew, the others stay as they are. It takes hold only where exactly the old version is loaded,
// because it begins by taking away the chain that names that version.
import { groupBy } from '../../src/algebra/order.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { type ChangeNode, notOurs } from '../../src/firewall/change.ts'

/** An IP version's file, and what it is loaded with. */
const rulePrograms: Readonly<Record<string, string>> = {
  'iptables.rules': 'iptables-restore',
  'ip6tables.rules': 'ip6tables-restore',
}
const setFile = 'ipset.rules'

/** The change of one node. */
export const changeNode: ChangeNode = (folder, before, after) => {
  const file = (name: string, lines: readonly string[]): readonly OutputFile[] =>
    lines.length === 0 ? [] : [{ path: `${folder}/change.${name}`, text: `${lines.join('\n')}\n` }]
  const [oldSets, newSets] = [before, after].map((files) => readSets(files.get(setFile) ?? ''))
  const gone = [...(oldSets?.keys() ?? [])].filter((name) => !newSets?.has(name))
  const fresh = [...(newSets ?? [])].filter(([name]) => !oldSets?.has(name))
  const rules: OutputFile[] = []
  for (const [name, program] of Object.entries(rulePrograms)) {
    const [old, next] = [before, after].map((files) => readTable(files.get(name) ?? ''))
    const path = `${folder}/${name}`
    if (!old || !next) return { kind: 'refused', path, reason: notOurs }
    if (old.table !== next.table) {
      const reason = `its rules move from the table ${old.table} to ${next.table}`
      return { kind: 'refused', path, reason }
    }
    rules.push(...file(name, changeTable(old, next, program)))
  }
  return {
    kind: 'change',
    files: [
      ...file(
        setFile,
        fresh.flatMap(([, lines]) => lines),
      ),
      ...rules,
      ...file(
        `after.${setFile}`,
        gone.map((name) => `destroy ${name}`),
      ),
    ],
  }
}

/** The lines of each set. */
function readSets(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split('\n').filter((line) => /^(create|add) /.test(line))
  return groupBy(lines, (line) => line.split(' ')[1] ?? '')
}

interface RuleTable {
  readonly table: string
  readonly version: string
  readonly chains: ReadonlyMap<string, readonly string[]>
  /** Lines without the command. */
  readonly jumps: readonly string[]
}

/** The parts of a rule file; null where it has others. */
function readTable(text: string): RuleTable | null {
  const chains = new Map<string, string[]>()
  const jumps: string[] = []
  let table = ''
  for (const line of text.split('\n')) {
    const [word = '', name = ''] = line.split(' ')
    if (line === '' || line === 'COMMIT' || line.startsWith('#')) continue
    if (line.startsWith('*')) table = line.slice(1)
    else if (line.startsWith(':')) chains.set(word.slice(1), [])
    else if (word === '-A' && chains.has(name)) chains.get(name)?.push(line)
    else if (word === '-I') jumps.push(line.slice('-I '.length))
    else return null
  }
  const version = [...chains.keys()].find((name) => name.startsWith('NP-V-'))
  return table === '' || version === undefined ? null : { table, version, chains, jumps }
}

function changeTable(old: RuleTable, next: RuleTable, program: string): readonly string[] {
  if (old.version === next.version) return []
  const isVersion = (name: string): boolean => name === old.version || name === next.version
  const filled = [...next.chains].filter(
    ([name, rules]) => !isVersion(name) && !isSame(old.chains.get(name), rules),
  )
  const gone = [...old.chains.keys()].filter((name) => !isVersion(name) && !next.chains.has(name))
  const jump = (line: string): string => line.replace(/^(\S+) 1 /, '$1 ')
  return [
    `# netpolc: ${program} --noflush < this file, after change.${setFile}; refused unless ${old.version} is loaded`,
    `*${old.table}`,
    `:${next.version} - [0:0]`,
    ...filled.map(([name]) => `:${name} - [0:0]`),
    `-X ${old.version}`,
    ...filled.flatMap(([, rules]) => rules),
    ...old.jumps.filter((one) => !next.jumps.includes(one)).map((one) => `-D ${jump(one)}`),
    ...next.jumps.filter((one) => !old.jumps.includes(one)).map((one) => `-I ${one}`),
    ...gone.map((name) => `-F ${name}`),
    ...gone.map((name) => `-X ${name}`),
    'COMMIT',
  ]
}

function isSame(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((line, index) => line === b[index])
}
