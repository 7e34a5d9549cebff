// What the kernel tests need of the machine. A machine without it fails them: they must not pass by
// not running.
import { spawnSync } from 'node:child_process'

/** Programs and the Debian packages that they come from. */
const needed: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  ip: 'iproute2',
  ipset: 'ipset',
  'iptables-restore': 'iptables',
  'ip6tables-restore': 'iptables',
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

/** Runs a bash script in a network namespace of its own, which ends with it. */
export function inNamespace(script: string): Outcome {
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'bash', '-ec', script])
  return { status, out: stdout.toString(), err: stderr.toString() }
}
