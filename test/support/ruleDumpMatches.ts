// Generated matches of iptables rules: each gives the words that `iptables-save` would write.
import type { DumpSet } from './ruleDumpSets.ts'
import { nets } from './ruleDumpSets.ts'
import {
  type Chance,
  dumpPorts,
  type IpVersion,
  nodeAddresses,
  placesOf,
  serviceAddresses,
} from './ruleDumpWorld.ts'

/** Where a rule stands, and what may be in it. */
export interface RulePlace {
  readonly family: IpVersion
  readonly sets: readonly DumpSet[]
  /** Interfaces that the chain's hook lets rules name. */
  readonly devices: readonly ('-i' | '-o')[]
  /** Whether extensions that nobody models are wanted. */
  readonly unknowns: boolean
}

/** Words of a rule: those that stand first, and those of modules behind them. */
export interface Words {
  readonly first: readonly string[]
  readonly modules: readonly string[]
}

/** A few matches that can stand together. */
export function randomMatches(chance: Chance, place: RulePlace): Words {
  const kinds = new Set(
    chance.times(0, 3, () =>
      chance.weighted<Maker>([
        [5, addressMatch],
        [5, trafficMatch],
        [2, deviceMatch],
        [2, rangeMatch],
        [4, setMatch],
        [3, markMatch],
        [2, connectionMarkMatch],
        [3, stateMatch],
        [2, connectionMatch],
        [1, addressTypeMatch],
        [1, commentMatch],
        ...(place.unknowns ? [[4, unknownMatch] as const] : []),
      ]),
    ),
  )
  const parts = [...kinds].map((make) => make(chance, place))
  return {
    first: parts.flatMap(({ first }) => first),
    modules: parts.flatMap(({ modules }) => modules),
  }
}

type Maker = (chance: Chance, place: RulePlace) => Words

const not = (chance: Chance): string => (chance.once(4) ? '! ' : '')
const first = (words: string): Words => ({ first: [words], modules: [] })
const module = (words: string): Words => ({ first: [], modules: [words] })

const addressMatch: Maker = (chance, { family }) => {
  const full = family === 4 ? 32 : 128
  const block = (): string =>
    chance.once(2)
      ? chance.pick(nets[family])
      : `${chance.pick([...placesOf(family).map(({ address }) => address), nodeAddresses[family]])}/${full}`
  const one = (option: string): string => `${not(chance)}${option} ${block()}`
  return {
    first: chance.weighted([
      [2, [one('-s')]],
      [2, [one('-d')]],
      [1, [one('-s'), one('-d')]],
    ]),
    modules: [],
  }
}

const trafficMatch: Maker = (chance, { family }) => {
  const protocol = chance.pick(['tcp', 'tcp', 'udp', 'sctp'])
  const port = chance.pick(dumpPorts)
  const ports = chance.pick([`${port}`, `${port}`, '0:79', '80:443', `443:65535`])
  // Labs choose source ports from 1024 on: all or none of them are in a range.
  const list = chance.pick(['22,80', '53,443:1023,8080', '1:100,8080', '22,53,80'])
  const icmp = family === 4 ? '-p icmp -m icmp --icmp-type' : '-p ipv6-icmp -m icmp6 --icmpv6-type'
  return first(
    chance.weighted([
      [2, `-p ${protocol}`],
      [1, `! -p ${protocol}`],
      [5, `-p ${protocol} -m ${protocol} ${not(chance)}--dport ${ports}`],
      // Source ports of packets are high ones.
      [
        1,
        `-p ${protocol} -m ${protocol} ${not(chance)}--sport ${chance.pick(['0:1023', '1024:65535'])}`,
      ],
      [2, `-p ${protocol} -m multiport ${not(chance)}--dports ${list}`],
      [1, `-p ${protocol} -m multiport ${not(chance)}--ports ${list.replace('8080', '1023')}`],
      [1, `-p tcp -m tcp ${not(chance)}--tcp-flags ${chance.pick(flagTests)}`],
      [
        1,
        `${icmp} ${chance.pick(family === 4 ? ['8', '8/0', '0', '200/1', '200/2'] : ['128', '128/0', '129', '200/1'])}`,
      ],
      [1, `-p 47`],
    ]),
  )
}

const flagTests = [
  'FIN,SYN,RST,ACK SYN',
  'SYN,ACK SYN,ACK',
  'ACK ACK',
  'FIN,SYN,RST,PSH,ACK,URG NONE',
]

const deviceMatch: Maker = (chance, { devices }) => {
  if (devices.length === 0) return commentMatch(chance, noPlace)
  const name = chance.pick([
    'veth0',
    'veth1',
    'veth2',
    'veth4',
    'veth10',
    'veth11',
    'veth1+',
    'veth+',
    'eth+',
  ])
  return first(`${not(chance)}${chance.pick(devices)} ${name}`)
}

const rangeMatch: Maker = (chance, { family }) => {
  const option = chance.pick(['--src-range', '--dst-range'])
  const ranges =
    family === 4
      ? ['10.0.0.0-10.0.0.1', '10.0.0.2-10.0.1.1', '10.0.1.2-198.51.100.6', '0.0.0.0-10.96.0.9']
      : ['fd00::-fd00::1', 'fd00::2-fd00:0:0:1::1', '2001:db8::5-fd00::1', '::-fd96::9']
  return module(`-m iprange ${not(chance)}${option} ${chance.pick(ranges)}`)
}

const setMatch: Maker = (chance, { sets }) => {
  const { name, fields } = chance.pick(sets)
  // One word too many does no harm.
  const count = Math.min(3, fields + (chance.once(6) ? 1 : 0))
  const sides = Array.from({ length: count }, () => chance.pick(['src', 'dst', 'dst']))
  return module(`-m set ${not(chance)}--match-set ${name} ${sides.join(',')}`)
}

const markTests = [
  '0x1/0x1',
  '0x2/0x2',
  '0x1/0x3',
  '0x3/0x3',
  '0x0/0xff',
  '0x10000/0x10000',
  '0x1',
  '0x0',
]

const markMatch: Maker = (chance) =>
  module(`-m mark ${not(chance)}--mark ${chance.pick(markTests)}`)

const connectionMarkMatch: Maker = (chance) =>
  module(`-m connmark ${not(chance)}--mark ${chance.pick(markTests)}`)

const stateMatch: Maker = (chance) => {
  const states = chance.pick([
    'NEW',
    'RELATED,ESTABLISHED',
    'INVALID',
    'UNTRACKED',
    'NEW,UNTRACKED',
    'INVALID,NEW',
  ])
  const option = chance.pick([
    '-m conntrack ~--ctstate',
    '-m conntrack ~--ctstate',
    '-m state ~--state',
  ])
  return module(`${option.replace('~', not(chance))} ${states}`)
}

const connectionMatch: Maker = (chance, { family }) => {
  const option = chance.pick([
    `--ctorigdst ${serviceAddresses[family]}`,
    `--ctorigdst ${chance.pick(placesOf(family)).address}`,
    `--ctorigsrc ${chance.pick(nets[family])}`,
    `--ctorigdstport ${chance.pick(dumpPorts)} --ctproto ${chance.pick([6, 17, 132])}`,
    `--ctproto ${chance.pick([6, 17])}`,
    '--ctstate DNAT',
    '--ctstate SNAT',
  ])
  const direction = chance.pick(['', '', ' --ctdir ORIGINAL', ' --ctdir REPLY'])
  return module(`-m conntrack ${not(chance)}${option}${direction}`)
}

const addressTypeMatch: Maker = (chance) =>
  module(
    `-m addrtype ${not(chance)}--${chance.pick(['src', 'dst'])}-type ${chance.pick(['LOCAL', 'UNICAST', 'MULTICAST', 'LOCAL,MULTICAST'])}`,
  )

const commentMatch: Maker = (chance) => module(`-m comment --comment ${chance.pick(comments)}`)

const comments = [
  'word',
  '"two words"',
  '"a \\"quoted\\" word"',
  '"-j DROP"',
  '"COMMIT # *filter"',
  '"back\\\\slash"',
]

/** Extensions of unknown outcome: some are the packet's alone, some are dice. */
const unknownMatch: Maker = (chance) => {
  const n = not(chance)
  return module(
    chance.pick([
      '-m limit --limit 5/min --limit-burst 3',
      '-m limit --limit 1/sec',
      `-m statistic --mode random ${n}--probability 0.50000000000`,
      '-m statistic --mode nth --every 3 --packet 0',
      `-m mac ${n}--mac-source 02:00:00:00:00:0${chance.below(2)}`,
      `-m string ${n}--string "GET /" --algo bm`,
      `-m owner ${n}--uid-owner ${chance.below(2)}`,
      `-m recent ${n}--rcheck --seconds 60 --name bad --mask 255.255.255.255 --rsource`,
      `-m bpf ${n}--bytecode "1,6 0 0 0"`,
      `-m length ${n}--length 0:${chance.pick([100, 1500])}`,
      '-m hashlimit --hashlimit-upto 5/min --hashlimit-burst 5 --hashlimit-name x',
      `-m connlimit --connlimit-above ${chance.below(3)} --connlimit-mask 32 --connlimit-saddr`,
      `-m frobnicate ${n}--level ${chance.below(3)}`,
      '-m frobnicate --level 3 --deep',
    ]),
  )
}

const noPlace: RulePlace = { family: 4, sets: [], devices: [], unknowns: false }
