// Flags that targets declare: one place where the command line meets their options.
import type { Option } from 'commander'
import type { Target, TargetOption } from '../emit/target.ts'
import { repeatable } from './command.ts'

/** One flag for each option that some target declares. */
export function optionFlags(targets: readonly Target[]): readonly Option[] {
  return declaredOptions(targets).map(({ option, homes }) => {
    const standard = option.default === undefined ? '' : ` (default: ${option.default})`
    const help = `${homes.join(', ')}: ${option.help}${standard}`
    return repeatable(`--${option.name} ${option.argument}`, help)
  })
}

interface DeclaredOption {
  readonly option: TargetOption
  readonly homes: readonly string[]
}

function declaredOptions(targets: readonly Target[]): readonly DeclaredOption[] {
  const byName = new Map<string, { option: TargetOption; homes: string[] }>()
  for (const { name, options } of targets) {
    for (const option of options) {
      const known = byName.get(option.name)
      if (known === undefined) byName.set(option.name, { option, homes: [name] })
      else known.homes.push(name)
    }
  }
  return [...byName.values()]
}

/** The options of targets that the flags give values to. */
export function givenOptions(
  targets: readonly Target[],
  flags: Readonly<Record<string, unknown>>,
): Record<string, readonly string[]> {
  const given = declaredOptions(targets).map(
    ({ option: { name } }): [string, readonly string[]] => {
      const words = flags[name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())]
      return [name, Array.isArray(words) ? words.map(String) : []]
    },
  )
  return Object.fromEntries(given.filter(([, words]) => words.length > 0))
}
