// Comments of rules. A rule of iptables may have several, and generators write several.
import { type Rule, ruleText } from '../../ruleset/types.ts'
import type { GeneratorName } from './types.ts'

/** All comments of a rule, in their order. */
export function commentsIn(rule: Rule): readonly string[] {
  if (rule.comment === null) return []
  const found = [...ruleText(rule).matchAll(/--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/g)]
  if (found.length < 2) return [rule.comment]
  return found.map(([, quoted, bare]) => quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '')
}

/** The first match of a pattern in the comments of rules; null where none matches. */
export function findInComments(rules: Iterable<Rule>, pattern: RegExp): RegExpExecArray | null {
  for (const rule of rules) {
    for (const comment of commentsIn(rule)) {
      const found = pattern.exec(comment)
      if (found !== null) return found
    }
  }
  return null
}

/** Who writes such comments beside the rules that it puts into the chains of the kernel's hooks. */
const signatures: readonly (readonly [GeneratorName, RegExp])[] = [
  ['Calico', /^cali:[\w-]+$/],
  ['kube-router', /^(?:kube-router netpol - |KUBE-ROUTER rule )/],
  ['kube-proxy', /^kubernetes (?:service|forwarding|postrouting|externally|health|load balancer)/],
]

/** Who signed a rule by its comments; null where nobody did. */
export function signerOf(rule: Rule): GeneratorName | null {
  const comments = commentsIn(rule)
  const found = signatures.find(([, form]) => comments.some((comment) => form.test(comment)))
  return found?.[0] ?? null
}
