// Generated rule sets of nftables about the little world of generated dumps: tables of all families, chains
// at all hooks with priorities of their own, jumps and gotos, sets, intervals and concatenations, verdict
// maps, marks that are set and tested.

import { nets } from './ruleDumpSets.ts'
import { type Chance, dumpPorts, type IpVersion, nodeAddresses, placesOf } from './ruleDumpWorld.ts'

/** Text for `nft -f`. */
export function randomNft(chance: Chance): string {
  const families = chance.pick([['inet'], ['inet'], ['ip', 'ip6'], ['inet', 'ip']])
  return families.map((family, at) => randomTable(chance, family, `t${at}`)).join('')
}

interface Place {
  readonly versions: readonly IpVersion[]
  readonly chains: readonly string[]
  readonly sets: readonly string[]
}

function randomTable(chance: Chance, family: string, name: string): string {
  const versions: readonly IpVersion[] = family === 'inet' ? [4, 6] : [family === 'ip' ? 4 : 6]
  const sets = versions.flatMap((version) => randomSets(chance, version))
  const own = Array.from({ length: chance.below(4) }, (_, at) => `own${at}`)
  const place = { versions, chains: own, sets: sets.map((set) => set.name) }
  const bases = chance.some(hookedChains).map((head) => {
    const policy = chance.pick(['accept', 'accept', 'drop'])
    const priority = chance.pick([-150, -10, 0, 5])
    return chainText(
      chance,
      head,
      [`type filter hook ${head} priority ${priority}; policy ${policy};`],
      place,
    )
  })
  const others = own.map((chain, at) =>
    chainText(chance, chain, [], { ...place, chains: own.slice(at + 1) }),
  )
  return `table ${family} ${name} {\n${[...sets.map(({ text }) => text), ...others.reverse(), ...bases].join('\n')}\n}\n`
}

const hookedChains = ['prerouting', 'input', 'forward', 'output', 'postrouting']

function chainText(chance: Chance, name: string, head: readonly string[], place: Place): string {
  const lines = [...head, ...chance.times(1, 6, () => randomRule(chance, place))]
  return `chain ${name} {\n${lines.join('\n')}\n}`
}

function randomSets(
  chance: Chance,
  version: IpVersion,
): readonly { readonly name: string; readonly text: string }[] {
  const type = version === 4 ? 'ipv4_addr' : 'ipv6_addr'
  const address = (): string => chance.pick(placesOf(version)).address
  const elements = (make: () => string): string => [...new Set(chance.times(1, 5, make))].join(', ')
  const make = (
    name: string,
    kind: string,
    flags: string,
    content: string,
  ): { name: string; text: string } => ({
    name: `${name}${version}`,
    text: `set ${name}${version} { type ${kind}; ${flags} elements = { ${content} } }`,
  })
  return [
    make('hosts', type, '', elements(address)),
    make(
      'nets',
      type,
      'flags interval; auto-merge;',
      elements(() => chance.pick(nets[version])),
    ),
    make(
      'services',
      `${type} . inet_proto . inet_service`,
      '',
      elements(
        () => `${address()} . ${chance.pick(['tcp', 'udp', 'sctp'])} . ${chance.pick(dumpPorts)}`,
      ),
    ),
  ]
}

function randomRule(chance: Chance, place: Place): string {
  const matches = chance.times(0, 2, () => randomMatch(chance, place))
  return [...matches, randomAction(chance, place)].join(' ')
}

function randomMatch(chance: Chance, { versions, sets }: Place): string {
  const version = chance.pick(versions)
  const ip = version === 4 ? 'ip' : 'ip6'
  const end = chance.pick(['saddr', 'daddr'])
  const not = chance.once(4) ? '!= ' : ''
  const address = chance.pick([
    ...placesOf(version).map((one) => one.address),
    nodeAddresses[version],
  ])
  const port = chance.pick(dumpPorts)
  const set = chance.pick(sets.filter((name) => name.endsWith(String(version))))
  const member = set.startsWith('services')
    ? `${ip} daddr . meta l4proto . th dport ${not}@${set}`
    : `${ip} ${end} ${not}@${set}`
  return chance.pick([
    `${ip} ${end} ${not}${address}`,
    `${ip} ${end} ${not}${chance.pick(nets[version])}`,
    `${ip} ${end} ${not}{ ${address}, ${nodeAddresses[version]} }`,
    member,
    member,
    `${chance.pick(['tcp', 'udp', 'sctp'])} dport ${not}${port}`,
    `tcp dport ${not}{ 22, 80-443 }`,
    `udp dport < 80`,
    `meta l4proto ${not}{ tcp, udp }`,
    `meta l4proto { tcp, udp, sctp } th dport ${not}${port}`,
    version === 4 ? 'icmp type echo-request' : 'icmpv6 type echo-request',
    `ct state ${not}new`,
    `ct state ${chance.pick(['invalid', 'established,related', 'new,untracked'])}`,
    `iifname ${not}"${chance.pick(['veth0', 'veth1*', 'veth11', 'eth*'])}"`,
    `oifname ${not}"${chance.pick(['veth0', 'veth1*', 'veth11', 'eth*'])}"`,
    `meta mark ${not}${chance.pick(['0x1', '0x0', '0x2'])}`,
    `meta mark & 0x3 ${chance.pick(['==', '!='])} ${chance.pick(['0x1', '0x0', '0x2'])}`,
    `ct mark ${not}${chance.pick(['0x1', '0x0', '0x2'])}`,
    `fib ${end} type ${not}local`,
    `tcp flags & (syn|ack) ${chance.pick(['==', '!='])} syn`,
  ])
}

function randomAction(chance: Chance, { chains, versions }: Place): string {
  const version = chance.pick(versions)
  const ip = version === 4 ? 'ip' : 'ip6'
  const chain = chains.length === 0 ? null : chance.pick(chains)
  const verdict = (): string =>
    chance.pick([
      'accept',
      'drop',
      'return',
      ...(chain === null ? [] : [`jump ${chain}`, `goto ${chain}`]),
    ])
  const [one, other] = [placesOf(version)[0]?.address, placesOf(version)[1]?.address]
  const marks = [
    'meta mark set 0x1',
    'meta mark set meta mark | 0x2',
    'meta mark set ct mark',
    'ct mark set 0x1',
    'ct mark set meta mark',
  ]
  return chance.weighted([
    [4, verdict()],
    [1, 'counter drop'],
    [3, chance.pick(marks)],
    [1, `${chance.pick(marks)} ${verdict()}`],
    [1, 'counter'],
    [2, `tcp dport vmap { 22 : ${verdict()}, 80 : ${verdict()}, 443-8080 : ${verdict()} }`],
    [2, `${ip} saddr vmap { ${one} : ${verdict()}, ${other} : ${verdict()} }`],
    [1, `meta l4proto vmap { tcp : ${verdict()}, udp : ${verdict()} }`],
    [1, 'reject'],
  ])
}
