// Rules that match no flow are taken out; their policy still isolates.
import type { Pass } from './pass.ts'

/** Drops rules without peers or without traffic: earlier passes have said why they are empty. */
export const dropInertRules: Pass = {
  name: 'dropInertRules',
  of: 'rule',
  change: (rule) => (rule.peers.length === 0 || rule.traffic.length === 0 ? null : rule),
}
