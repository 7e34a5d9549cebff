// Rules and what they decide, in words.

import type { Bound } from '../algebra/diagram.ts'
import type { Cluster, Flow } from '../cluster/types.ts'
import { flowOf } from '../proof/firewall.ts'
import { flowWords } from '../proof/words.ts'
import type { Header, Headers } from '../ruleset/headers.ts'
import { ruleNumber } from '../ruleset/ruleNumbers.ts'
import type { RuleAt, Trace } from '../ruleset/trace.ts'
import type { Chain, Rule, Table } from '../ruleset/types.ts'
import type { Span } from '../source/source.ts'
import type { Recognition } from './generators/types.ts'

/** `Calico policy shop/db, ingress rule 2`; where nobody is known for it, `rule 3 of chain FORWARD`. */
export function ruleWords(
  table: Table,
  chain: Chain,
  rule: Rule,
  recognition: Recognition,
): string {
  return (
    recognition.rule(table, chain.name, rule) ??
    `rule ${ruleNumber(chain, rule)} of chain ${chainWords(table, chain)}`
  )
}

/** `FORWARD`; of other tables than `filter` of iptables, `FORWARD (table mangle)`. */
export function chainWords(table: Table, { name }: Chain): string {
  const isUsual = table.engine === 'iptables' && table.name === 'filter'
  return isUsual ? name : `${name} (table ${table.name})`
}

/** Who decided on a way, and where that is written: `by Calico policy shop/db, ingress rule 2`. */
export function decisionOf(
  { decidedBy, rules }: Trace,
  recognition: Recognition,
): { readonly words: string; readonly places: readonly Span[] } {
  switch (decidedBy.kind) {
    case 'nothing':
      return { words: 'as no chain filters it', places: [] }
    case 'policy': {
      const { table, chain } = decidedBy
      const words = `by the policy of chain ${chainWords(table, chain)}, as no rule decides`
      return { words, places: [chain.at] }
    }
    case 'rule': {
      const words = ruleWords(decidedBy.table, decidedBy.chain, decidedBy.rule, recognition)
      return { words: `by ${words}`, places: [decidedBy.rule.at, ...callersOf(rules)] }
    }
  }
}

/** The rules that led to where the decision was, but for the one that made it; the last ones first. */
function callersOf(rules: readonly RuleAt[]): readonly Span[] {
  return rules
    .slice(0, -1)
    .filter(({ rule }) => rule.actions.some(({ kind }) => kind === 'jump' || kind === 'goto'))
    .map(({ rule }) => rule.at)
    .reverse()
    .slice(0, 3)
}

/** `192.0.2.7 → 198.51.100.7, 80/TCP` */
export function headerWords(header: Header, headers: Headers): string {
  return flowWords(headerFlow(header, headers, noCluster))
}

const noCluster: Cluster = { namespaces: [], pods: [], nodes: [] }

/** The flow of a header, with the endpoints that have its addresses in the cluster. */
export function headerFlow(header: Header, headers: Headers, cluster: Cluster): Flow {
  const names = ['protocol', 'port', 'ICMP type', 'ICMP code', 'source', 'destination']
  const values = names.flatMap((name): readonly (readonly [string, Bound])[] => {
    const value = headers.valueOf(header, name)
    return value === undefined || typeof value === 'string' ? [] : [[name, value]]
  })
  return flowOf(new Map(values), headers.family, cluster)
}

/** What a way rests on, word for word, each once. */
export function dependencies({ dependsOn }: Trace): readonly string[] {
  return [...new Set(dependsOn.map(({ source, start, end }) => source.text.slice(start, end)))]
}
