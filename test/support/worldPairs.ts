// Two versions of one cluster: what stands there before and after somebody changed something.
import fc, { type Arbitrary } from 'fast-check'
import { parse, stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'
import { type World, world } from './arbitraries.ts'
import { firewallSnapshot } from './firewallWorlds.ts'
import { calicoClusters } from './migrationPolicies.ts'

/** Before and after, and what was done. */
export interface WorldPair {
  readonly title: string
  readonly before: World
  readonly after: World
}

const edits: Readonly<Record<string, (one: World) => World>> = {
  'a policy less': ({ policies, snapshot }) => ({ snapshot, policies: policies.slice(0, -1) }),
  'a pod less': ({ policies, snapshot }) => ({ policies, snapshot: snapshot.map(withoutPod) }),
  'another port': ({ policies, snapshot }) => ({ snapshot, policies: policies.map(otherPort) }),
  'another line': ({ policies, snapshot }) => ({
    snapshot,
    policies: policies.map(({ name, text }) => makeSource(name, `# moved\n${text}`)),
  }),
}

/** Client ports are what no firewall of ours can tell. */
const plainCalico = calicoClusters.filter((sources) =>
  sources.every(({ text }) => !/- 1000$/m.test(text)),
)

/** A world and another one, or one to which a small thing was done, or undone. */
export const worldPair: Arbitrary<WorldPair> = fc.oneof(
  fc.tuple(world, world).map(([before, after]) => ({ title: 'all of it another', before, after })),
  fc
    .tuple(plainCalico, plainCalico, firewallSnapshot, firewallSnapshot)
    .map(([first, second, ...snapshots]) => ({
      title: 'Calico, all of it another',
      before: { policies: first, snapshot: [snapshots[0]] },
      after: { policies: second, snapshot: [snapshots[1]] },
    })),
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        world.filter(({ policies }) => policies.length > 1),
        fc.constantFrom(...Object.entries(edits)),
        fc.boolean(),
      )
      .map(([one, [title, edit], isUndone]) =>
        isUndone
          ? { title: `${title}, undone`, before: edit(one), after: one }
          : { title, before: one, after: edit(one) },
      ),
  },
)

function withoutPod({ name, text }: Source): Source {
  const list: { items: readonly { readonly kind: string }[] } = parse(text)
  const last = list.items.findLastIndex(({ kind }) => kind === 'Pod')
  return makeSource(name, stringify({ ...list, items: list.items.filter((_, at) => at !== last) }))
}

/** The first plain number of a port becomes another one. */
function otherPort({ name, text }: Source): Source {
  return makeSource(
    name,
    text.replace(/\bport: (53|80|81|82|443|8080)\n(?!\s*endPort)/, 'port: 8443\n'),
  )
}
