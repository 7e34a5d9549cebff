// The words of --port → what a flow carries: `5432/tcp`, `80`, `http`, `icmp/8/0`, `proto/47`.
import type { Family } from '../algebra/address.ts'
import type { Endpoint, FlowTraffic, NamedPort } from '../cluster/types.ts'
import { icmpNumbers, type Protocol, protocolNumbers, protocols } from '../ir/types.ts'

/** Words of ICMP, the IP version that each goes over, and the type of an echo request there. */
const icmpWords: Readonly<Record<string, { readonly family: Family; readonly echo: number }>> = {
  icmp: { family: 4, echo: 8 },
  icmpv6: { family: 6, echo: 128 },
}

/** The IP version that the words ask for; null where either will do. */
export function familyOfWords(words: string): Family | null {
  return icmpWords[words.toLowerCase().split('/')[0] ?? '']?.family ?? null
}

/** The traffic, or what is wrong with the words. */
export function trafficOf(words: string, destination: Endpoint): FlowTraffic | string {
  const parts = words.toLowerCase().split('/')
  const [first = ''] = parts
  if (Object.hasOwn(icmpWords, first)) return icmpOf(parts, icmpWords[first]?.echo ?? 0)
  if (first === 'proto') return otherOf(parts)
  return portsOf(parts, destination)
}

function icmpOf([, type, code, ...rest]: readonly string[], echo: number): FlowTraffic | string {
  const [typeNumber, codeNumber] = [byteOf(type ?? `${echo}`), byteOf(code ?? '0')]
  if (typeNumber === null || codeNumber === null || rest.length > 0) {
    return 'types and codes are numbers from 0 to 255'
  }
  return { kind: 'icmp', type: typeNumber, code: codeNumber }
}

function otherOf([, word = '', ...rest]: readonly string[]): FlowTraffic | string {
  const number = byteOf(word)
  if (number === null || rest.length > 0) return 'a protocol is a number from 0 to 255'
  // Said by number alone, such a flow would have no port or type, which no real one lacks.
  const own = protocols.find((name) => protocolNumbers[name] === number)
  if (own !== undefined) return `protocol ${number} has ports: write 80/${own.toLowerCase()}`
  const isIcmp = number === icmpNumbers[4] || number === icmpNumbers[6]
  if (isIcmp) return `protocol ${number} has types: write ${number === 1 ? 'icmp/8' : 'icmpv6/128'}`
  return { kind: 'other', protocolNumber: number }
}

function portsOf(
  [port = '', word, ...rest]: readonly string[],
  destination: Endpoint,
): FlowTraffic | string {
  const protocol = protocols.find((one) => one.toLowerCase() === (word ?? 'tcp'))
  if (protocol === undefined || rest.length > 0) return 'the protocol is not known'
  if (!/^\d+$/.test(port)) return namedOf(port, word === undefined ? null : protocol, destination)
  const number = Number(port)
  return number >= 1 && number <= 65535
    ? { kind: 'ports', protocol, port: number }
    : 'a port is a number from 1 to 65535'
}

/** A name alone is TCP's, or else that of the only protocol that has it. */
function namedOf(
  name: string,
  protocol: Protocol | null,
  destination: Endpoint,
): FlowTraffic | string {
  const all = destination.kind === 'pod' ? destination.ports : []
  const named = all.filter((one) => one.name === name)
  const found =
    protocol === null
      ? (named.find((one) => one.protocol === 'TCP') ?? (named.length === 1 ? named[0] : undefined))
      : named.find((one) => one.protocol === protocol)
  if (found !== undefined) return { kind: 'ports', protocol: found.protocol, port: found.port }
  const known = all.length === 0 ? '' : `; it has ${all.map(portWords).join(', ')}`
  return `the destination gives no port the name "${name}"${known}`
}

const portWords = ({ name, protocol }: NamedPort): string => `${name}/${protocol.toLowerCase()}`

function byteOf(word: string): number | null {
  return /^\d{1,3}$/.test(word) && Number(word) <= 255 ? Number(word) : null
}
