// Sets of boxes in fewer words: what subtraction leaves are disjoint pieces, and a reader wants wide ones.
import { isWithin, type LabelBox, meets } from './labels.ts'

/** Beyond this many boxes the search costs more than its words are worth. */
const maxBoxes = 24

/** Boxes with the same union: each without the tests that it does not need, none inside of another. */
export function simplified(boxes: readonly LabelBox[]): readonly LabelBox[] {
  if (boxes.length < 2 || boxes.length > maxBoxes) return boxes
  return withoutCovered(boxes.map((box) => widened(box, boxes)))
}

/** The box without each test in turn, where the wider one is in the union still. */
function widened(box: LabelBox, union: readonly LabelBox[]): LabelBox {
  let current = box
  for (const key of box.keys()) {
    const wider = new Map([...current].filter(([other]) => other !== key))
    const near = union.filter((one) => meets(one, wider))
    if (isWithin(wider, near)) current = wider
  }
  return current
}

function withoutCovered(boxes: readonly LabelBox[]): readonly LabelBox[] {
  const kept = [...boxes]
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    const box = kept[at]
    const others = kept.filter((_, index) => index !== at)
    if (box !== undefined && isWithin(box, others)) kept.splice(at, 1)
  }
  return kept
}
