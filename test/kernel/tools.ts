// What the kernel tests need of the machine. A machine without it fails them: they must not pass by
// not running.
import { spawnSync } from 'node:child_process'

/** Programs and the Debian packages that they come from. */
const needed: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  python3: 'python3',
  ip: 'iproute2',
  ipset: 'ipset',
  'iptables-restore': 'iptables',
  'ip6tables-restore': 'iptables',
  nft: 'nftables',
}

/** Both ways in which iptables reaches the kernel, as far as they are installed. */
export const backends: readonly string[] = ['nft', 'legacy'].filter(
  (backend) => spawnSync('which', [`iptables-${backend}-restore`]).status === 0,
)

/** Ways in which rules reach the kernel: iptables through either back end, and nftables. */
export const engines: readonly Engine[] = [
  ...backends.map(
    (backend): Engine => ({ name: `iptables-${backend}`, target: 'iptables', backend }),
  ),
  { name: 'nftables', target: 'nftables', backend: '' },
]

/** One of them. */
export interface Engine {
  readonly name: string
  readonly target: 'iptables' | 'nftables'
  /** `NETPOLC_BACKEND` of the apply kit. */
  readonly backend: string
}

/** The engine that has its turn. */
export function engineAt(index: number): Engine {
  const engine = engines[index % engines.length]
  if (engine === undefined) throw new Error('there is no engine')
  return engine
}

/** nftables, and one back end of iptables, which take turns: what both are given is the same. */
export function oneOfEachTarget(index: number): readonly Engine[] {
  const own = engines.filter(({ target }) => target === 'iptables')
  return engines.filter((one) => one.target !== 'iptables' || one === own[index % own.length])
}

/** Throws with the name of the package where a program is missing, or where we are not root. */
export function requireTools(): void {
  for (const [program, debianPackage] of Object.entries(needed)) {
    if (spawnSync('which', [program]).status !== 0) {
      throw new Error(`"${program}" is missing: install the Debian package "${debianPackage}"`)
    }
  }
  if (process.getuid?.() !== 0) throw new Error('the kernel tests need root: they load real rules')
}

/** The outcome of a script. */
export interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** Runs a bash script in network and mount namespaces of its own, which ends with it. */
export function inNamespace(script: string): Outcome {
  const { status, stdout, stderr } = spawnSync('unshare', [
    '--net',
    '--mount',
    'bash',
    '-ec',
    script,
  ])
  return { status, out: stdout.toString(), err: stderr.toString() }
}
