// All target extensions, by name.
import type { TargetExtension } from '../extension.ts'
import { markTargets } from './marks.ts'
import { natTargets } from './nat.ts'
import { otherTargets } from './others.ts'

/** Targets by their names. */
export const targetExtensions: ReadonlyMap<string, TargetExtension> = new Map(
  [...otherTargets, ...markTargets, ...natTargets].map((own) => [own.name, own]),
)
