// Tables of iptables as the kernel has them: which hooks they see, and when.
import type { Base, HookName } from '../../../src/ruleset/types.ts'

interface KernelTable {
  readonly type: Base['type']
  readonly hooks: ReadonlyMap<string, number>
}

const all: readonly HookName[] = ['prerouting', 'input', 'forward', 'output', 'postrouting']

function table(type: Base['type'], priority: number, hooks: readonly HookName[]): KernelTable {
  return { type, hooks: new Map(hooks.map((hook) => [hook.toUpperCase(), priority])) }
}

const tables: ReadonlyMap<string, KernelTable> = new Map([
  ['raw', table('filter', -300, ['prerouting', 'output'])],
  ['mangle', table('filter', -150, all)],
  ['filter', table('filter', 0, ['input', 'forward', 'output'])],
  ['security', table('filter', 50, ['input', 'forward', 'output'])],
  [
    'nat',
    {
      type: 'nat',
      hooks: new Map([
        ['PREROUTING', -100],
        ['INPUT', 100],
        ['OUTPUT', -100],
        ['POSTROUTING', 100],
      ]),
    },
  ],
])

/** Whether the kernel has a table of that name. */
export function isKernelTable(name: string): boolean {
  return tables.has(name)
}

/** Where a built-in chain sits; null for all other chains. Changed marks route `mangle OUTPUT` anew. */
export function baseOf(name: string, chain: string, policy: Base['policy']): Base | null {
  const own = tables.get(name)
  const priority = own?.hooks.get(chain)
  if (own === undefined || priority === undefined) return null
  const hook = all.find((one) => one.toUpperCase() === chain) ?? 'forward'
  const type = name === 'mangle' && hook === 'output' ? 'route' : own.type
  return { type, hook, priority, policy }
}
