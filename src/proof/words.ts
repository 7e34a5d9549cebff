// Flows in words: what a person reads of a product of tests, or of one flow.
import { printAddress } from '../algebra/address.ts'
import type { Flow, FlowEnd } from '../cluster/types.ts'
import { printPeer, printSelector } from '../ir/print.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { icmpNumbers, type Ports, protocolNumbers, protocols, type Traffic } from '../ir/types.ts'
import type { Cube, CubeTraffic, Range, Switch } from './cubes.ts'

/** `pods app=web in namespace shop → pods app=db in namespace shop, 5432/TCP` */
export function cubeWords({ source, destination, traffic, conditions }: Cube): string {
  const more = conditions.map(({ text, holds }) => `, ${holds ? 'if' : 'unless'} ${text}`)
  return `${printPeer(source)} → ${printPeer(destination)}, ${cubeTrafficWords(traffic)}${more.join('')}`
}

/** `80/TCP, 443/TCP`, `ICMP type 8`, `any traffic over IPv6`. */
export function cubeTrafficWords(traffic: CubeTraffic): string {
  const family = traffic.family === null ? '' : ` over IPv${traffic.family}`
  const portNames = traffic.portNames.map(switchWords)
  return `${protocolWords(traffic)}${family}${portNames.length === 0 ? '' : ` (${portNames.join(', ')})`}`
}

function switchWords({ text, holds }: Switch): string {
  return `a port ${holds ? '' : 'not '}named "${text}"`
}

const protocolNames: ReadonlyMap<number, string> = new Map([
  ...protocols.map((name): [number, string] => [protocolNumbers[name], name]),
  [icmpNumbers[4], 'ICMP'],
  [icmpNumbers[6], 'ICMPv6'],
])

function protocolWords({ protocols: numbers, ports, types, codes }: CubeTraffic): string {
  if (numbers === null) {
    return ports === null
      ? 'any traffic'
      : `ports ${ports.map(rangeWords).join(', ')} of any protocol`
  }
  return numbers
    .map((range) => {
      const name = range.from === range.to ? protocolNames.get(Number(range.from)) : undefined
      if (name === undefined) return `protocols ${rangeWords(range)}`
      if (ports !== null) return ports.map((port) => `${rangeWords(port)}/${name}`).join(', ')
      return `${name}${icmpWords('type', types)}${icmpWords('code', codes)}`
    })
    .join(', ')
}

function icmpWords(word: string, ranges: readonly Range[] | null): string {
  return ranges === null ? '' : ` ${word} ${ranges.map(rangeWords).join(', ')}`
}

function rangeWords({ from, to }: Range): string {
  return from === to ? `${from}` : `${from}-${to}`
}

/** One kind of traffic of a rule: `5432/TCP`, `TCP`, `TCP port "http"`. */
export function trafficWords(traffic: Traffic): string {
  switch (traffic.kind) {
    case 'all':
      return 'any traffic'
    case 'ports':
      return portsWords(traffic.protocol, traffic.ports)
    case 'icmp': {
      const name = traffic.family === 4 ? 'ICMP' : 'ICMPv6'
      const type = traffic.type === null ? '' : ` type ${traffic.type}`
      return `${name}${type}${traffic.code === null ? '' : ` code ${traffic.code}`}`
    }
    case 'protocols':
      return `protocols ${rangeWords(traffic)}`
    case 'family':
      return `any traffic over IPv${traffic.family}`
    case 'not':
      return `anything but ${trafficWords(traffic.of)}`
    case 'and':
      return traffic.of.map(trafficWords).join(' and ')
  }
}

function portsWords(protocol: string, ports: Ports): string {
  switch (ports.kind) {
    case 'all':
      return protocol
    case 'range':
      return `${rangeWords(ports)}/${protocol}`
    case 'named':
      return `"${ports.name}"/${protocol}`
  }
}

/** `pod {ns: shop, app=web} → 10.0.0.7, 443/TCP` */
export function flowWords({ source, destination, traffic, conditions = [] }: Flow): string {
  const names =
    destination.endpoint.kind === 'pod' && traffic.kind === 'ports'
      ? destination.endpoint.ports.filter(
          ({ protocol, port }) => protocol === traffic.protocol && port === traffic.port,
        )
      : []
  const named =
    names.length === 0 ? '' : ` (${names.map(({ name }) => `named "${name}"`).join(', ')})`
  const sent =
    traffic.kind === 'ports'
      ? `${traffic.port}/${traffic.protocol}${named}`
      : traffic.kind === 'icmp'
        ? `${destination.address.family === 4 ? 'ICMP' : 'ICMPv6'} type ${traffic.type} code ${traffic.code}`
        : `protocol ${traffic.protocolNumber}`
  const more = conditions.map((one) => `, if ${one}`).join('')
  return `${endWords(source)} → ${endWords(destination)}, ${sent}${more}`
}

function endWords({ endpoint, address }: FlowEnd): string {
  switch (endpoint.kind) {
    case 'pod': {
      const { namespace, labels, serviceAccount } = endpoint
      const words = [
        `ns: ${namespace.name}`,
        ...labelWords(namespace.labels, namespaceNameLabel).map((one) => `ns ${one}`),
        ...labelWords(labels, ''),
        ...labelWords(serviceAccount.labels, serviceAccountNameLabel).map(
          (one) => `account ${one}`,
        ),
      ]
      return `pod {${words.join(', ')}} at ${printAddress(address)}`
    }
    case 'host':
      return `node ${endpoint.name} at ${printAddress(address)}`
    case 'external':
      return printAddress(address)
  }
}

function labelWords(labels: Readonly<Record<string, string>>, name: string): readonly string[] {
  return Object.entries(labels)
    .filter(([key]) => key !== name)
    .map(([key, value]) => printSelector({ kind: 'in', key, values: [value] }))
}
