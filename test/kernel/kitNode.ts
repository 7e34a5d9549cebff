// A node for the tests of apply kits: hand-made folders of rules, and a namespace with a /run and a /sys
// of its own, so that locks and bridges of the machine play no part.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Script } from '../../src/firewall/kit/script.ts'
import { iptablesKit } from '../../targets/iptables/kit/index.ts'
import { nftablesKit } from '../../targets/nftables/kit/index.ts'
import type { Outcome } from './tools.ts'

const installed = (program: string): boolean => spawnSync('which', [program]).status === 0

/** Both ways in which iptables reaches the kernel, as far as they are installed. */
export const backends: readonly string[] = ['nft', 'legacy'].filter((backend) =>
  installed(`iptables-${backend}-restore`),
)

/** The shells that the scripts are to work in, as far as they are installed. */
export const shells: readonly string[] = [
  'dash',
  'bash --posix',
  ...(installed('busybox') ? ['busybox ash'] : []),
]

/** Files by name. */
export type Files = Readonly<Record<string, string>>

/** Writes a folder of rules and its kit; answers its path. */
function writeFolder(folder: string, files: Files, kit: readonly Script[]): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  for (const { path, text } of kit) writeFileSync(join(folder, path), text)
  return folder
}

/** Writes a folder for iptables, with its scripts. */
export const writeIptables = (folder: string, files: Files): string =>
  writeFolder(folder, files, iptablesKit())

/** Writes a folder for nftables, with its scripts. */
export const writeNftables = (folder: string, files: Files): string =>
  writeFolder(folder, files, nftablesKit())

/**
 * Rules of both families and sets of all types, all told apart by one letter: chains and sets are named
 * after it, so that nothing but the jumps is common to two versions.
 */
export function iptablesVersion(letter: string, table = 'security'): Files {
  const id = letter.repeat(16)
  return {
    'ipset.rules': `# netpolc: address sets
create np4-${id} hash:net family inet hashsize 64 maxelem 2 -exist
add np4-${id} 10.1.0.0/16 -exist
add np4-${id} 10.2.0.0/16 -exist
create np6-${id} hash:ip,port family inet6 hashsize 64 maxelem 1 -exist
add np6-${id} fd00::1,tcp:80 -exist
`,
    'iptables.rules': `# netpolc: IPv4 rules
*${table}
:NP-FORWARD - [0:0]
:NP-EGRESS - [0:0]
:NP-E-${id} - [0:0]
:NP-V-${id} - [0:0]
-A NP-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
-A NP-FORWARD -j NP-EGRESS
-A NP-EGRESS -m addrtype --src-type LOCAL -j RETURN
-A NP-EGRESS -s 10.0.0.1/32 -g NP-E-${id}
-A NP-E-${id} -p tcp -m multiport --dports 80,443 -m set --match-set np4-${id} dst -m comment --comment "it's \\"${letter}\\" -j NP-FORWARD" -j RETURN
-A NP-E-${id} -p sctp --dport 5 -j RETURN
-A NP-E-${id} -p icmp --icmp-type 8 -j RETURN
-A NP-E-${id} -j DROP
-I FORWARD 1 -j NP-FORWARD
-I OUTPUT 1 -m addrtype ! --dst-type LOCAL -j NP-EGRESS
COMMIT
`,
    'ip6tables.rules': `# netpolc: IPv6 rules
*${table}
:NP-FORWARD - [0:0]
:NP-E-${id} - [0:0]
:NP-V-${id} - [0:0]
-A NP-FORWARD -s fd00::1/128 -g NP-E-${id}
-A NP-E-${id} -p tcp -m set --match-set np6-${id} dst,dst -j RETURN
-A NP-E-${id} -j DROP
-I FORWARD 1 -j NP-FORWARD
COMMIT
`,
  }
}

/** What a node without governed pods gets. */
export function iptablesNothing(letter: string, table = 'security'): Files {
  const rules = `*${table}\n:NP-V-${letter.repeat(16)} - [0:0]\nCOMMIT\n`
  return {
    'ipset.rules': '# netpolc: no sets\n',
    'iptables.rules': rules,
    'ip6tables.rules': rules,
  }
}

/** A table of nftables with a set of each kind, told apart by one letter. */
export function nftablesVersion(letter: string, elements = 3): Files {
  const id = letter.repeat(16)
  const numbers = Array.from({ length: elements }, (_, index) => (index * 37) % 251)
  const list = (text: (number: number) => string): string => numbers.map(text).join(', ')
  return {
    'netpolc.nft': `add table inet netpolc
delete table inet netpolc
table inet netpolc {
	chain version-${id} {
	}
	set blocks {
		type ipv4_addr
		flags interval
		elements = { ${list((number) => `10.${number}.0.0/17`)} }
	}
	set boxes {
		type ipv4_addr . inet_proto . inet_service
		flags interval
		elements = { ${list((number) => `10.${number}.0.0/17 . tcp . 80-${number + 90}`)} }
	}
	set named {
		type ipv6_addr . inet_proto . inet_service
		elements = { ${list((number) => `fd00::${number} . sctp . ${number}`)} }
	}
	chain egress-${id} {
		ip daddr @blocks return comment "it's ${letter}"
		ip daddr . meta l4proto . th dport @boxes return
		ip6 daddr . meta l4proto . th dport @named counter return
		icmp type echo-request return
		drop
	}
	map egress {
		type ipv4_addr : verdict
		elements = { ${list((number) => `10.0.0.${number} : jump egress-${id}`)} }
	}
	chain forward {
		type filter hook forward priority -5; policy accept;
		ct state established,related accept
		fib saddr type local return
		ip saddr vmap @egress
	}
}
`,
  }
}

const prelude = `
mount -t tmpfs none /run
mount -t sysfs none /sys
export NODE=$(readlink /proc/self/ns/net)
# All that the kernel holds of rules and sets; counters, dates and the dice of sets left out.
everything() {
  for program in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
    echo "$program"; $program-save 2>/dev/null | sed -E -e '/^#/d' -e 's/ \\[[0-9:]+\\]$//'
  done
  nft -s list ruleset 2>/dev/null | sed -n '/^table inet/,/^}/p'
  ipset save | sed -E 's/ (initval|hashsize) [^ ]+//g' | sort
}
# The same without what is netpolc's, and without tables that are empty.
foreign() { everything | grep -v -e '[: ]NP-' -e ' np[46]-' ; }
# What the kernel holds after the files of a folder were loaded by hand where nothing was before.
fresh() {
  B=$B FOLDER=$1 unshare --net bash -c "$(declare -f everything)"'
    if [ -e $FOLDER/netpolc.nft ]; then nft -f $FOLDER/netpolc.nft
    else
      ipset restore < $FOLDER/ipset.rules
      iptables-$B-restore --noflush < $FOLDER/iptables.rules
      ip6tables-$B-restore --noflush < $FOLDER/ip6tables.rules
    fi
    everything'
}
same() { [ "$1" = "$2" ] || { echo "$3:"; diff <(echo "$1") <(echo "$2"); exit 9; } >&2; }
# The script ends with this code: expect CODE COMMAND…
expect() {
  local code=0; "\${@:2}" || code=$?
  [ $code = $1 ] || { echo "ended with $code, not $1: \${*:2}" >&2; exit 9; }
}
# A program of the same name that comes first in the path; REAL is the true one. It sees HERE=yes in the
# node's own namespace and HERE=no in a scratch one.
fake() {
  mkdir -p /run/fake
  { echo '#!/bin/bash'
    echo "REAL=$(command -v $1)"
    echo 'HERE=no; [ "$(readlink /proc/self/ns/net)" = "$NODE" ] && HERE=yes'
    cat
  } > /run/fake/$1
  chmod +x /run/fake/$1
  case $PATH in /run/fake:*) ;; *) PATH=/run/fake:$PATH ;; esac
  hash -r
}
`

/**
 * Updates from ONE to TWO with less and less room in /run: done, or refused with the reason and nothing
 * changed. Both happen.
 */
export const runningOutOfRoom = `
outcomes=
for size in 400 120 96 80 64 56 48 40 36 32 28 24 20 16 12 8; do
  sh $ONE/apply.sh
  before=$(everything)
  mount -t tmpfs -o size=\${size}k none /run
  code=0
  said=$(sh $TWO/apply.sh 2>&1) || code=$?
  umount /run
  outcomes="$outcomes $code"
  [ $code = 0 ] && continue
  same "$before" "$(everything)" "changed with $size kB"
  case $code:$said in
  2:*NP7003:*' cannot be written: make room there' | 2:*NP7005:*) ;;
  *) echo "with $size kB: $code: $said" >&2; exit 9 ;;
  esac
done
case $outcomes in ' 0 '*' 2') ;; *) echo "outcomes:$outcomes" >&2; exit 9 ;; esac
`

/** Runs a bash script in a node of its own; `env` adds to its environment. */
export function onNode(script: string, env: Readonly<Record<string, string>> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--net', '--mount', 'bash', '-ec', prelude + script],
    { env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
  )
  return { status, out: stdout.toString(), err: stderr.toString() }
}
