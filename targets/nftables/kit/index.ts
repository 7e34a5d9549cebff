// The apply kit of a folder of nftables rules: scripts that load them safely, check and remove them.
import { lock, part, rehearsal, type Script, script } from '../../../src/firewall/kit/script.ts'
import * as parts from './templates.gen.ts'

/**
 * The scripts to be written beside `netpolc.nft`. They are the same for every node: the version is read
 * from that file, so no name that somebody chose can become a command.
 */
export function nftablesKit(): readonly Script[] {
  const check = rehearsal + part(parts.tableSh) + part(parts.checkSh)
  return [
    script(
      {
        name: 'apply.sh',
        purpose: 'loads the rules beside it, all or none, and rolls back what does not hold',
        one: 'failed, and the rules of before are restored',
      },
      [lock, check, part(parts.applyMainSh)],
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
        purpose: 'removes all rules of netpolc from this node, and nothing else',
        one: 'something could not be removed',
      },
      [lock, part(parts.removeMainSh)],
    ),
  ]
}
