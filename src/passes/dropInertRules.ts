// Rules that match no flow are taken out; their policy still isolates.
import type { Pass } from './pass.ts'

/** Drops rules without subjects, peers or traffic: earlier passes have said why they are empty. */
export const dropInertRules: Pass = {
  name: 'dropInertRules',
  of: 'rule',
  change: (rule) =>
    [rule.subjects, rule.peers, rule.traffic].some((list) => list.length === 0) ? null : rule,
}
