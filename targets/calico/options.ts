// The options of this target, as declared and as read.
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import type { OptionValues, TargetOption } from '../../src/emit/target.ts'
import { defaultVersion, type VersionRange, versionRange, versionRanges } from './versions.ts'

/** Options as the command line shows them. */
export const options: readonly TargetOption[] = [
  {
    name: 'order',
    argument: '<number>',
    help: 'order of the policies; lower comes first',
    default: '1000',
    check: numberFault,
  },
  {
    name: 'order-step',
    argument: '<number>',
    help: 'how much the order grows from one policy to the next',
    default: '0',
    check: numberFault,
  },
  {
    name: 'tier',
    argument: '<name>',
    help: 'tier of the policies; it must exist in the cluster',
    default: 'default',
    check: tierFault,
  },
  {
    name: 'calico-version',
    argument: '<version>',
    help: `version of Calico in the cluster (${versionRanges.map(({ title }) => title).join('; ')})`,
    default: defaultVersion,
    check: versionFault,
  },
]

/** Option values in the types they stand for. */
export interface CalicoOptions {
  readonly order: number
  readonly orderStep: number
  readonly tier: string
  readonly version: VersionRange
}

/** Reads values that have passed their checks; null, and reported, where they do not go together. */
export function readOptions(values: OptionValues, reporter: Reporter): CalicoOptions | null {
  const version = versionRange(values.one('calico-version'))
  if (version === undefined) return null
  if (!version.tiers && values.one('tier') !== 'default') {
    const message = `option "--tier" has the value "${values.one('tier')}": Calico ${version.title} has no tiers`
    reporter.report('NP6004', { message, help: 'leave it out, or name a later --calico-version' })
    return null
  }
  return {
    order: Number(values.one('order')),
    orderStep: Number(values.one('order-step')),
    tier: values.one('tier'),
    version,
  }
}

function numberFault(word: string): string | undefined {
  const isNumber = /^-?\d+(\.\d+)?$/.test(word) && Number.isFinite(Number(word))
  return isNumber ? undefined : 'it is not a decimal number'
}

/** Whether a tier may be called so: a DNS label. */
export function isTierName(word: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(word)
}

function tierFault(word: string): string | undefined {
  return isTierName(word) ? undefined : 'a tier has a DNS label as its name'
}

function versionFault(word: string): string | undefined {
  return versionRange(word) === undefined ? 'it is not a version of Calico 3' : undefined
}
