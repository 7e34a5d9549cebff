// The little world that generated dumps speak of: the ends around one node, its interfaces, what packets
// there are, and chance that can be repeated.

/** Numbers and choices that follow from a seed. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number below a bound. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  /** A few of a list, one at least, in its order. */
  some<T>(list: readonly T[]): readonly T[] {
    const chosen = list.filter(() => this.once(3))
    return chosen.length > 0 ? chosen : [this.pick(list)]
  }

  /** Something made, so many times. */
  times<T>(least: number, most: number, make: () => T): readonly T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make)
  }

  /** One of several, by their weights. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(list.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of list) {
      left -= weight
      if (left < 0) return value
    }
    throw new Error('nothing to pick from')
  }
}

export type IpVersion = 4 | 6

/** An end on a cable of its own: number 0 is behind `veth0`. */
export interface End {
  readonly name: string
  readonly addresses: Readonly<Partial<Record<IpVersion, string>>>
}

/** The node's own addresses. */
export const nodeAddresses: Readonly<Record<IpVersion, string>> = { 4: '172.16.0.1', 6: 'fd01::1' }

const silent = (name: string): End => ({ name, addresses: {} })

/** All ends; the last has whatever is nobody's. Two interfaces begin with the name of another. */
export const worldEnds: readonly End[] = [
  { name: 'a', addresses: { 4: '10.0.0.1', 6: 'fd00::1' } },
  { name: 'b', addresses: { 4: '10.0.0.2', 6: 'fd00::2' } },
  { name: 'c', addresses: { 4: '10.0.1.1', 6: 'fd00:0:0:1::1' } },
  { name: 'd', addresses: { 4: '10.0.1.130', 6: 'fd00:0:0:1::82' } },
  { name: 'e', addresses: { 4: '192.0.2.5', 6: '2001:db8::5' } },
  ...[5, 6, 7, 8, 9].map((number) => silent(`silent ${number}`)),
  { name: 'f', addresses: { 4: '10.9.0.1', 6: 'fd09::1' } },
  silent('world'),
]

/** Addresses that lead to the world, those of services among them. */
export const foreignAddresses: Readonly<Record<IpVersion, readonly string[]>> = {
  4: ['198.51.100.7', '10.96.0.10', '10.0.0.9'],
  6: ['2001:db9::7', 'fd96::10', 'fd00::9'],
}

/** Addresses that rules translate. */
export const serviceAddresses: Readonly<Record<IpVersion, string>> = {
  4: '10.96.0.10',
  6: 'fd96::10',
}

/** The interface that leads to an address that is not the node's. */
export function interfaceTo(address: string, family: IpVersion): string {
  const at = worldEnds.findIndex(({ addresses }) => addresses[family] === address)
  return `veth${at < 0 ? worldEnds.length - 1 : at}`
}

/** The end behind an interface. */
export function endBehind(name: string): string {
  return worldEnds[Number(name.slice('veth'.length))]?.name ?? 'world'
}

/** Everything with an address: the end that has it, and the interface. */
export function placesOf(
  family: IpVersion,
): readonly { readonly end: string; readonly address: string; readonly device: string }[] {
  const owned = worldEnds.flatMap(({ name, addresses }, index) => {
    const address = addresses[family]
    return address === undefined ? [] : [{ end: name, address, device: `veth${index}` }]
  })
  const device = `veth${worldEnds.length - 1}`
  return [
    ...owned,
    ...foreignAddresses[family].map((address) => ({ end: 'world', address, device })),
  ]
}

export const dumpPorts: readonly number[] = [22, 53, 80, 443, 8080]

/** What is sent: protocol, and port or ICMP type and code. */
export interface DumpTraffic {
  readonly protocol: number
  readonly port: number
  readonly icmp: readonly [type: number, code: number] | null
  /** What tracking says of such a packet as a connection's first. */
  readonly state: 'new' | 'invalid'
}

/** All traffic of a family that rules may tell apart. */
export function trafficOf(family: IpVersion): readonly DumpTraffic[] {
  const protocol = family === 4 ? 1 : 58
  const icmp = (type: number, code: number, state: DumpTraffic['state']): DumpTraffic => ({
    protocol,
    port: 0,
    icmp: [type, code],
    state,
  })
  return [
    ...[6, 17, 132].flatMap((one) =>
      dumpPorts.map((port): DumpTraffic => ({ protocol: one, port, icmp: null, state: 'new' })),
    ),
    icmp(family === 4 ? 8 : 128, 0, 'new'),
    // Nothing begins with an answer.
    icmp(family === 4 ? 0 : 129, 0, 'invalid'),
    icmp(200, 1, 'invalid'),
    { protocol: 47, port: 0, icmp: null, state: 'new' },
  ]
}
