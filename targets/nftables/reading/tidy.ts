// Statements in the one form that the readers of text and of JSON share.
import type { Family } from '../../../src/algebra/address.ts'
import { print } from './print.ts'
import type { Form } from './statements.ts'
import type { Expression } from './syntax.ts'

/** What gives a packet another address or port: not modelled, and nothing is sure behind it. */
const rewrites =
  /^(ip|ip6|tcp|udp|udplite|sctp|dccp|th) (saddr|daddr|sport|dport|protocol|nexthdr)$|^@/

/** `words set value` */
export function assignment(words: string, value: Expression): Form {
  if (!rewrites.test(words)) return { kind: 'assignment', words, value }
  const text = `${words} set ${print(value)}`
  return { kind: 'unmodelled', text, mayStop: false, mayDecide: true }
}

/** Statements that are no tests of fields and no verdicts. */
export const namedStatement = {
  reject(kind: 'icmp' | 'icmpv6' | 'icmpx', word: string): Form {
    const needs: Family | null = kind === 'icmp' ? 4 : kind === 'icmpv6' ? 6 : null
    // What `reject` alone means is not printed.
    const isUsual = kind === 'icmpx' && word === 'port-unreachable'
    return { kind: 'reject', how: isUsual ? 'reject' : `reject with ${kind} ${word}`, needs }
  },

  queue(): Form {
    return { kind: 'unmodelled', text: 'queue', mayStop: true, mayDecide: true }
  },

  flow(name: string): Form {
    return { kind: 'unmodelled', text: `flow add @${name}`, mayStop: false, mayDecide: false }
  },

  setChange(verb: string, name: string, key: Expression, conditions: readonly string[]): Form {
    const text = `${verb} @${name} { ${[print(key), ...conditions].join(' ')} }`
    return { kind: 'change set', name, text }
  },

  meter(name: string, key: Expression, conditions: readonly string[]): Form {
    const text = `meter ${name} { ${[print(key), ...conditions].join(' ')} }`
    return { kind: 'condition', text }
  },

  /** Extensions of iptables; of most, what they do is not printed. */
  foreign(kind: 'match' | 'target' | 'watcher', name: string): Form {
    if (name === 'comment' || kind === 'watcher') return { kind: 'harmless', name: `xt ${name}` }
    const text = `xt ${kind} ${name}`
    if (kind === 'match') return { kind: 'condition', text }
    return { kind: 'unmodelled', text, mayStop: true, mayDecide: true }
  },
}
