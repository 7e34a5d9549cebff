// Which fields every packet has. Where one has no such field, a test of it does not hold, turned around or
// not: the kernel goes on to the next rule.
import type { Match } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'
import type { Field } from './packetFields.ts'
import type { Expression } from './syntax.ts'

/** Whether a field is one of the packet's connection; its state is told of packets without one too. */
export function isOfConnection({ words }: Pick<Field, 'words'>): boolean {
  return words.startsWith('ct ') && words !== 'ct state'
}

/** Packets that have a connection. */
export function withConnection(at: Span): Match {
  return { kind: 'state', states: ['invalid', 'untracked'], negated: true, at }
}

/** Whether an expression has a value for every packet that has the headers it names, and a connection. */
export function hasValue(expression: Expression): boolean {
  switch (expression.kind) {
    case 'value':
    case 'number maker':
      return true
    case 'selector':
      return isPresent(expression.words)
    case 'binary':
      return hasValue(expression.left) && hasValue(expression.right)
    case 'concat':
      return expression.parts.every(hasValue)
  }
  return false
}

function isPresent(words: string): boolean {
  const [first = '', second = ''] = words.split(' ')
  if (first === 'meta') return alwaysKnown.includes(second)
  if (first === 'ct') return !sometimesKnown.includes(second)
  return headers.includes(first) && !['option', 'chunk'].includes(second)
}

/** Facts of the packet itself; others need a socket, a route, or a device. */
const alwaysKnown: readonly string[] = [
  ...['length', 'priority', 'mark', 'pkttype', 'cpu', 'random', 'time', 'hour', 'day'],
  ...['nfproto', 'l4proto', 'protocol', 'iif', 'oif', 'iifname', 'oifname'],
]

/** A connection need not have a helper, and has addresses of one IP version. */
const sometimesKnown: readonly string[] = ['helper', 'original', 'reply']

const headers: readonly string[] = [
  ...['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp'],
]
