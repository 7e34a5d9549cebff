// Generated ipsets, as `ipset save` writes them.
import { type Chance, dumpPorts, type IpVersion, placesOf, worldEnds } from './ruleDumpWorld.ts'

/** A set to be named in rules: how many fields it has. */
export interface DumpSet {
  readonly name: string
  readonly fields: number
  readonly lines: readonly string[]
}

/** Nets around the addresses of the world, wide ones first. */
export const nets: Readonly<Record<IpVersion, readonly string[]>> = {
  4: [
    ...['0.0.0.0/1', '8.0.0.0/6', '10.0.0.0/8', '10.0.0.0/23', '10.0.0.0/24', '10.0.0.0/30'],
    ...['10.0.0.0/31', '10.0.1.0/24', '10.0.1.128/25', '172.16.0.0/12', '192.0.2.0/24'],
    ...['10.96.0.0/16', '198.51.100.0/24', '128.0.0.0/1'],
  ],
  6: [
    ...['::/1', 'fc00::/7', 'fd00::/16', 'fd00::/48', 'fd00::/64', 'fd00::/126', 'fd00::2/127'],
    ...['fd00:0:0:1::/64', 'fd00:0:0:1::80/121', 'fd01::/64', '2001:db8::/32', 'fd96::/64'],
    ...['2000::/3', '8000::/1'],
  ],
}

/** Sets of all types for both families. */
export function randomSets(chance: Chance): readonly (DumpSet & { readonly family: IpVersion })[] {
  return ([4, 6] as const).flatMap((family) => {
    const plain = makersOf(family).map(([name, type, fields, options, make]) => {
      const own = `${name}-${family}`
      const elements = new Map(chance.times(1, 6, () => make(chance)).map((one) => [one[0], one]))
      const create = [`create ${own} ${type}`, ...options].join(' ')
      const lines = withoutTwins([...elements.values()]).map(
        (words) => `add ${own} ${words.filter(Boolean).join(' ')}`,
      )
      return { name: own, fields, family, lines: [create, ...lines] }
    })
    const name = `list-${family}`
    const members = chance.some(plain).map((one) => `add ${name} ${one.name}`)
    const list = { name, fields: 3, family, lines: [`create ${name} list:set size 8`, ...members] }
    return [...plain, list]
  })
}

/** A wildcard is refused beside another interface of the same net that it covers. */
function withoutTwins(elements: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const netOf = ([key = '']: readonly string[]): string => key.split(',')[0] ?? ''
  return elements.filter(
    (one) =>
      !one.includes('wildcard') ||
      elements.every((other) => other === one || netOf(other) !== netOf(one)),
  )
}

type ElementMaker = (chance: Chance) => readonly [key: string, ...options: readonly string[]]
type SetMaker = readonly [
  name: string,
  type: string,
  fields: number,
  options: readonly string[],
  make: ElementMaker,
]

function makersOf(family: IpVersion): readonly SetMaker[] {
  const hash = [`family inet${family === 6 ? '6' : ''}`, 'hashsize 1024 maxelem 65536']
  const address = (chance: Chance): string => chance.pick(placesOf(family)).address
  const net = (chance: Chance): string => chance.pick(nets[family])
  const port = (chance: Chance): string => {
    const number = chance.pick(dumpPorts)
    const icmp = family === 4 ? 'icmp' : 'ipv6-icmp'
    return chance.weighted([
      [3, `tcp:${number}`],
      [2, `udp:${number}`],
      [1, `sctp:${number}`],
      [1, `${icmp}:echo-request`],
      [1, `${icmp}:200/1`],
      [1, 'gre:0'],
    ])
  }
  const exception = (chance: Chance): string => (chance.once(3) ? 'nomatch' : '')
  const all: readonly SetMaker[] = [
    ['ip', 'hash:ip', 1, hash, (c) => [address(c)]],
    ['net', 'hash:net', 1, hash, (c) => [net(c), exception(c)]],
    ['ip-port', 'hash:ip,port', 2, hash, (c) => [`${address(c)},${port(c)}`]],
    ['net-port', 'hash:net,port', 2, hash, (c) => [`${net(c)},${port(c)}`, exception(c)]],
    ['ip-port-ip', 'hash:ip,port,ip', 3, hash, (c) => [`${address(c)},${port(c)},${address(c)}`]],
    [
      'ip-port-net',
      'hash:ip,port,net',
      3,
      hash,
      (c) => [`${address(c)},${port(c)},${net(c)}`, exception(c)],
    ],
    [
      'net-iface',
      'hash:net,iface',
      2,
      hash,
      (c) => [
        `${net(c)},veth${c.below(worldEnds.length)}`,
        c.once(4) ? 'wildcard' : '',
        exception(c),
      ],
    ],
    ['ports', 'bitmap:port', 1, ['range 0-9000'], (c) => [String(c.pick(dumpPorts))]],
  ]
  if (family === 6) return all
  return [
    ...all,
    ['bits', 'bitmap:ip', 1, ['range 10.0.0.0-10.0.1.255'], (c) => [c.pick(inBitmap)]],
    ['masked', 'hash:ip', 1, [...hash, 'netmask 24'], (c) => [c.pick(masked)]],
  ]
}

const inBitmap = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.0.1.130', '10.0.0.9']
const masked = ['10.0.0.0', '10.0.1.0', '192.0.2.0', '198.51.100.0']
