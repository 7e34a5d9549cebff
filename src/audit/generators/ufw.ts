// ufw, with either iptables. Rules of the administrator are in `ufw-user-…`, the rest comes with it.
import { byName, type NameTable, recogniseBy } from './naming.ts'
import type { Generator } from './types.ts'

/** Recognises what ufw writes. */
export const ufw: Generator = {
  name: 'ufw',
  recognise: () =>
    recogniseBy({
      name: 'ufw',
      chain: (_, { name }) => byName(name, chainNames),
      set: () => null,
    }),
}

const chainNames: NameTable = [
  [/^ufw6?-user-input$/, "administrator's rules for incoming traffic"],
  [/^ufw6?-user-output$/, "administrator's rules for outgoing traffic"],
  [/^ufw6?-user-forward$/, "administrator's rules for forwarded traffic"],
  [/^ufw6?-user-limit(?:-accept)?$/, 'limits on new connections'],
  [/^ufw6?-(?:user-)?logging-\S+$/, 'logging'],
  [/^ufw6?-\S*-logging-\S+$/, 'logging'],
  [/^ufw6?-before-(input|output|forward)$/, "$1: ufw's own rules before the administrator's"],
  [/^ufw6?-after-(input|output|forward)$/, "$1: ufw's own rules after the administrator's"],
  [/^ufw6?-reject-(input|output|forward)$/, '$1: refusal, where that is the default'],
  [/^ufw6?-track-(input|output|forward)$/, '$1: acceptance, where that is the default'],
  [/^ufw6?-skip-to-policy-(input|output|forward)$/, '$1: end without logging'],
  [/^ufw6?-not-local$/, 'traffic to other addresses'],
  [/^ufw6?-/, 'chain of no known kind'],
]
