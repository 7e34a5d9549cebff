// What a kernel may lack and still be tested: rules that need it are left out, and the test says so.
import type { OutputFile } from '../../src/emit/target.ts'
import { type Engine, inNamespace } from './tools.ts'

/** A part of the kernel that not everybody has built. */
interface Part {
  readonly name: string
  readonly target: Engine['target']
  /** How rules that need it look. */
  readonly looks: RegExp
  /** Succeeds where it is there; B is the back end of iptables. */
  readonly script: string
}

const rule = (words: string): string =>
  `iptables-$B-restore <<< $'*security\\n-A FORWARD ${words}\\nCOMMIT'`

const parts: readonly Part[] = [
  {
    name: 'the match sctp of iptables (xt_sctp)',
    target: 'iptables',
    looks: / -m sctp /,
    script: rule('-p sctp -m sctp --dport 1 -j RETURN'),
  },
  {
    name: 'the target LOG of iptables (xt_LOG)',
    target: 'iptables',
    looks: / -j LOG /,
    script: rule('-j LOG'),
  },
  {
    name: 'the statement log of nftables (nft_log)',
    target: 'nftables',
    looks: /\blog prefix /,
    script: `nft -f - <<< $'table inet t {\\n chain c {\\n log prefix "x"\\n }\\n }'`,
  },
]

/** What these files need and this kernel lacks, in words. */
export function missingFor(
  { target, backend }: Engine,
  files: readonly OutputFile[],
): readonly string[] {
  const texts = files.filter(({ isScript }) => !isScript).map(({ text }) => text)
  return parts
    .filter((part) => part.target === target && texts.some((text) => part.looks.test(text)))
    .filter((part) => !works(part, backend))
    .map(({ name }) => name)
}

const known = new Map<string, boolean>()

function works({ name, script }: Part, backend: string): boolean {
  const key = `${name} ${backend}`
  const found = known.get(key) ?? inNamespace(`B=${backend}\n${script}`).status === 0
  known.set(key, found)
  return found
}

/** Says what is not tested, in a line that the test driver shows. */
export function sayMissing(reasons: readonly string[], what: string): void {
  for (const reason of reasons) console.log(`missing here: ${reason}: ${what}`)
}
