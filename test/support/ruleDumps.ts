// Generated dumps of iptables and ipset: all tables and hooks, nested chains with returns and gotos, marks
// that are set, kept with connections and tested, sets of all types, translations of destinations. Rules
// lean on each other; with `unknowns` there are also extensions that nobody models.

import { type RulePlace, randomMatches } from './ruleDumpMatches.ts'
import { type DumpSet, randomSets } from './ruleDumpSets.ts'
import {
  type Chance,
  type IpVersion,
  nodeAddresses,
  placesOf,
  serviceAddresses,
} from './ruleDumpWorld.ts'

/** Texts of one machine, as its tools would print them. */
export interface RuleDump {
  readonly rules: Readonly<Record<IpVersion, string>>
  readonly sets: string
}

/** What dumps are to have in them. */
export interface DumpOptions {
  /** Extensions that nobody models: such dumps are not for kernels. */
  readonly unknowns: boolean
  /** A table `nat`. */
  readonly nat: boolean
}

/** Makes a dump. */
export function randomDump(chance: Chance, options: DumpOptions): RuleDump {
  const sets = randomSets(chance)
  return {
    rules: {
      4: randomRules(
        chance,
        4,
        sets.filter(({ family }) => family === 4),
        options,
      ),
      6: randomRules(
        chance,
        6,
        sets.filter(({ family }) => family === 6),
        options,
      ),
    },
    sets: `${sets.flatMap(({ lines }) => lines).join('\n')}\n`,
  }
}

const hooksOf = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const
type TableName = keyof typeof hooksOf

function randomRules(
  chance: Chance,
  family: IpVersion,
  sets: readonly DumpSet[],
  { unknowns, nat }: DumpOptions,
): string {
  const names: readonly TableName[] = [
    ...(chance.once(3) ? (['raw'] as const) : []),
    ...(chance.once(2) ? (['mangle'] as const) : []),
    ...(nat ? (['nat'] as const) : []),
    'filter',
    ...(chance.once(4) ? (['security'] as const) : []),
  ]
  const place = { family, sets, unknowns }
  return `${names.flatMap((name) => randomTable(chance, name, place)).join('\n')}\n`
}

type TablePlace = Omit<RulePlace, 'devices'>

function randomTable(chance: Chance, table: TableName, place: TablePlace): readonly string[] {
  const groups = table === 'nat' ? natGroups : [hooksOf[table]]
  const policies = (hook: string): string =>
    `:${hook} ${table === 'filter' && chance.once(2) ? 'DROP' : 'ACCEPT'} [0:0]`
  const parts = groups.map((hooks, index) => {
    const own = Array.from({ length: chance.below(5) }, (_, at) => `${table}-${index}-${at}`)
    const rules = [
      ...hooks.flatMap((hook) => randomChain(chance, hook, own, { ...place, table, hooks })),
      // Chains lead to later ones only.
      ...own.flatMap((name, at) =>
        randomChain(chance, name, own.slice(at + 1), { ...place, table, hooks }),
      ),
    ]
    return { own, rules }
  })
  return [
    `*${table}`,
    ...hooksOf[table].map(policies),
    ...parts.flatMap(({ own }) => own.map((name) => `:${name} - [0:0]`)),
    ...parts.flatMap(({ rules }) => rules),
    'COMMIT',
  ]
}

/** Chains of `nat` give new destinations, or new sources. */
const natGroups = [
  ['PREROUTING', 'OUTPUT'],
  ['INPUT', 'POSTROUTING'],
] as const

interface ChainPlace extends TablePlace {
  readonly table: TableName
  readonly hooks: readonly string[]
}

const deviceOptions: Readonly<Record<string, readonly ('-i' | '-o')[]>> = {
  PREROUTING: ['-i'],
  INPUT: ['-i'],
  OUTPUT: ['-o'],
  POSTROUTING: ['-o'],
}

function randomChain(
  chance: Chance,
  name: string,
  later: readonly string[],
  place: ChainPlace,
): readonly string[] {
  const devices = deviceOptions[name] ?? ['-i', '-o']
  const inFilter = place.table === 'filter' || place.table === 'nat'
  return chance.times(inFilter ? 2 : 0, inFilter ? 7 : 3, () => {
    const { first, modules } = randomMatches(chance, { ...place, devices })
    const tcp = first.some((words) => words.startsWith('-p tcp'))
    const target = randomTarget(chance, later, place, tcp)
    const more = narrowing(chance, target, first, modules.length, place.family)
    return ['-A', name, ...more, ...first, ...modules, target].filter(Boolean).join(' ')
  })
}

/** Words that keep targets from taking all that comes, and translations to services, mostly. */
function narrowing(
  chance: Chance,
  target: string,
  first: readonly string[],
  others: number,
  family: IpVersion,
): readonly string[] {
  if (target.includes('DNAT') && !chance.once(3)) {
    const hasDestination = first.some((words) => /^(! )?-d /.test(words))
    return hasDestination ? [] : [`-d ${serviceAddresses[family]}`]
  }
  if (!/-j (DROP|ACCEPT|REJECT|SNAT)/.test(target) || first.length + others > 0) return []
  return [`-s ${chance.pick(placesOf(family)).address}`]
}

function randomTarget(
  chance: Chance,
  later: readonly string[],
  place: ChainPlace,
  tcp: boolean,
): string {
  const { table, family, unknowns } = place
  const chain = later.length === 0 ? null : chance.pick(later)
  const drop = table === 'filter' ? 4 : table === 'nat' ? 0 : 1
  const none: readonly (readonly [number, string])[] = []
  return chance.weighted([
    [table === 'filter' ? 4 : 2, '-j ACCEPT'],
    [drop, '-j DROP'],
    [2, '-j RETURN'],
    [3, `-j MARK ${chance.pick(markChanges)}`],
    [2, `-j CONNMARK ${chance.pick(connectionMarkChanges)}`],
    [1, ''],
    ...(chain === null ? none : [[6, `-j ${chain}`] as const, [2, `-g ${chain}`] as const]),
    ...(table === 'filter'
      ? [[1, `-j REJECT --reject-with ${refusal(chance, family, tcp)}`] as const]
      : []),
    ...(table === 'raw' ? [[4, chance.pick(['-j NOTRACK', '-j CT --notrack'])] as const] : []),
    ...(table === 'nat' ? [[12, translation(chance, place, tcp)] as const] : []),
    ...(unknowns ? [[2, chance.pick(unknownTargets)] as const] : []),
  ])
}

const markChanges = [
  ...['--set-xmark 0x1/0x1', '--set-xmark 0x2/0xffffffff', '--set-xmark 0x0/0x1'],
  ...['--set-xmark 0x2/0x2', '--set-xmark 0x10000/0x10000', '--set-xmark 0x3/0x0'],
]
const connectionMarkChanges = [
  ...[
    '--save-mark --nfmask 0xffffffff --ctmask 0xffffffff',
    '--save-mark --nfmask 0x1 --ctmask 0x3',
  ],
  ...['--restore-mark --nfmask 0xffffffff --ctmask 0xffffffff', '--set-xmark 0x1/0x1'],
  ...['--restore-mark --nfmask 0x10000 --ctmask 0x3', '--set-xmark 0x2/0xffffffff'],
]
const unknownTargets = ['-j FROB --power 9', '-j NFQUEUE --queue-num 1']

function refusal(chance: Chance, family: IpVersion, tcp: boolean): string {
  if (tcp && chance.once(2)) return 'tcp-reset'
  return family === 4
    ? chance.pick(['icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-host-unreachable'])
    : chance.pick(['icmp6-port-unreachable', 'icmp6-adm-prohibited'])
}

function translation(chance: Chance, { family, hooks }: ChainPlace, tcp: boolean): string {
  const places = placesOf(family).map(({ address }) => address)
  if (hooks.includes('POSTROUTING')) {
    return `-j SNAT --to-source ${chance.pick(places)}`
  }
  const own = chance.once(5) && !hooks.includes('OUTPUT') ? [nodeAddresses[family]] : places
  const address = chance.pick(own)
  const isNamed = tcp && chance.once(2)
  const to = isNamed ? (family === 4 ? `${address}:8080` : `[${address}]:8080`) : address
  return `-j DNAT --to-destination ${to}`
}
