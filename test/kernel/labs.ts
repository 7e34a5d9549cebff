// Labs that are built once and used for many sets of rules.
import { type Lab, type LabOptions, type LabPlan, startLab } from './lab.ts'
import { sayMissing } from './missing.ts'

/** Labs by what they are built of and what they are for. */
export interface Labs {
  /** The lab of a plan, built when it is asked for first; another for each purpose. */
  get(plan: LabPlan, purpose: string): Promise<Lab>
  /** Ends all. */
  readonly stop: () => Promise<void>
}

/** Makes a collection of labs, all with these options. */
export function makeLabs(options: LabOptions): Labs {
  const labs = new Map<string, Promise<Lab>>()
  return {
    get: (plan, purpose) => {
      const key = JSON.stringify([plan, purpose])
      const lab = labs.get(key) ?? start(plan, options)
      labs.set(key, lab)
      return lab
    },
    stop: async () => {
      for (const lab of labs.values()) await (await lab).stop()
      labs.clear()
    },
  }
}

async function start(plan: LabPlan, options: LabOptions): Promise<Lab> {
  const lab = await startLab(plan, options)
  sayMissing(lab.missing, 'the lab does without')
  return lab
}
