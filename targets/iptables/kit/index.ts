// The apply kit of a folder of iptables rules: scripts that load them safely, check and remove them.
import { lock, part, rehearsal, type Script, script } from '../../../src/firewall/kit/script.ts'
import * as parts from './templates.gen.ts'

/**
 * The scripts to be written beside `ipset.rules`, `iptables.rules` and `ip6tables.rules`. They are the
 * same for every node: table, version and sets are read from these files, so no name that somebody chose
 * can become a command.
 */
export function iptablesKit(): readonly Script[] {
  const tables = part(parts.tablesSh)
  const sets = part(parts.setsSh)
  const check = rehearsal + tables + part(parts.compareSh) + part(parts.checkSh)
  return [
    script(
      {
        name: 'apply.sh',
        purpose: 'loads the rules beside it, all or none, and rolls back what does not hold',
        one: 'failed, and the rules of before are restored',
      },
      [lock, sets, check, part(parts.applyMainSh)],
    ),
    script(
      {
        name: 'check.sh',
        purpose: 'tells whether the rules beside it would load, with --status whether they run',
        one: 'with --status: other rules run',
      },
      [check, part(parts.checkMainSh)],
    ),
    script(
      {
        name: 'remove.sh',
        purpose: 'removes all rules and sets of netpolc from this node, and nothing else',
        one: 'something could not be removed',
      },
      [lock, tables, sets, part(parts.removeMainSh)],
    ),
  ]
}
